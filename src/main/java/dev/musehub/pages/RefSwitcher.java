package dev.musehub.pages;

import dev.musehub.repositories.RefRows.RefNames;
import java.util.List;
import java.util.function.UnaryOperator;

/** The menu that leads to the same page of another branch or tag. */
public final class RefSwitcher {

    /** Branches and tags in the menu; the others are on pages of their own. */
    public static final int OFFERED = 50;

    private RefSwitcher() {
    }

    /**
     * The menu.
     *
     * @param shown the text for {@code ref}, which is shown now
     * @param there the address of the page for another branch, tag or commit
     */
    public static Markup of(Links links, Markup shown, String ref, RefNames names, UnaryOperator<String> there) {
        return Markup.of("<details class=\"switch\"><summary>{}</summary><div>{}{}</div></details>", shown,
                list("Branches", links.branches(), ref, names.branches(), there),
                list("Tags", links.releases(), ref, names.tags(), there));
    }

    private static Markup list(String title, String all, String ref, List<String> names, UnaryOperator<String> there) {
        if (names.isEmpty()) {
            return Markup.NONE;
        }
        List<Markup> items = names.stream().limit(OFFERED).map(name -> Markup.of("<li><a href=\"{}\" {}>{}</a></li>",
                there.apply(name), Markup.of("aria-current=\"true\"").when(name.equals(ref)), name)).toList();
        return Markup.of("<p><b>{}</b></p><ul>{}</ul>{}", title, items,
                Markup.of("<p><a href=\"{}\">All &rarr;</a></p>", all).when(names.size() > OFFERED));
    }
}
