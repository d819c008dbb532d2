package dev.musehub.pages;

/**
 * What came of a form, said at the top of the page that follows.
 *
 * @param text empty where there is nothing to say
 * @param refused whether it was not done
 */
public record FormNotice(String text, boolean refused) {

    public static final FormNotice NOTHING = new FormNotice("", false);

    public Markup markup() {
        return text.isEmpty() ? Markup.NONE
                : refused ? Markup.of("<p class=\"problem told\" role=\"alert\">{}</p>", text)
                : Markup.of("<p class=\"told\" role=\"status\">{}</p>", text);
    }
}
