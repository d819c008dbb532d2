package dev.musehub.pages;

import java.util.Optional;

/**
 * The result of a form, shown at the top of the page that follows.
 *
 * @param text empty where there is nothing to say
 * @param refused whether it was not done
 */
public record FormNotice(String text, boolean refused) {

    public static final FormNotice NOTHING = new FormNotice("", false);

    /** Says {@code text} on the page that a form which was done redirects to, with {@code done=1} in its address. */
    public static FormNotice done(Optional<String> done, String text) {
        return done.filter("1"::equals).isPresent() ? new FormNotice(text, false) : NOTHING;
    }

    public Markup markup() {
        return text.isEmpty() ? Markup.NONE
                : refused ? Markup.of("<p class=\"problem told\" role=\"alert\">{}</p>", text)
                : Markup.of("<p class=\"told\" role=\"status\">{}</p>", text);
    }
}
