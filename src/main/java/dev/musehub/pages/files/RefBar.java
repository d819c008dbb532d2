package dev.musehub.pages.files;

import dev.musehub.pages.Links;
import dev.musehub.pages.Markup;
import dev.musehub.pages.files.Trees.Tree;
import dev.musehub.pages.history.CommitPage;
import dev.musehub.repositories.RefRows.RefNames;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** The line above files: which branch, tag or commit this is, with the way to others, and where in it. */
public final class RefBar {

    /** Branches and tags offered; the others are on pages of their own. */
    public static final int OFFERED = 50;

    private RefBar() {
    }

    /**
     * The line.
     *
     * @param root what the root is called
     * @param there the address of the same for another branch, tag or commit
     */
    static Markup of(Links links, String root, Tree tree, RefNames names, String path, UnaryOperator<String> there) {
        return Markup.of("<div class=\"ref-bar\">{}{}</div>", switcher(links, tree, names, there),
                crumbs(links, root, tree, path));
    }

    private static Markup switcher(Links links, Tree tree, RefNames names, UnaryOperator<String> there) {
        return switcher(links, tree.named() ? Markup.of("<b>{}</b>", tree.ref())
                : Markup.of("commit <b>{}</b>", CommitPage.brief(tree.commit())), tree.ref(), names, there);
    }

    /** The switch alone: {@code shown} is what {@code ref}, the present one, is called. */
    public static Markup switcher(Links links, Markup shown, String ref, RefNames names, UnaryOperator<String> there) {
        return Markup.of("<details class=\"switch\"><summary>{}</summary><div>{}{}</div></details>", shown,
                list("Branches", links.base() + "/branches", ref, names.branches(), there),
                list("Tags", links.base() + "/releases", ref, names.tags(), there));
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

    private static Markup crumbs(Links links, String root, Tree tree, String path) {
        List<Markup> crumbs = new ArrayList<>();
        crumbs.add(crumb(links.tree(tree.ref(), ""), root, path.isEmpty()));
        for (int slash = path.isEmpty() ? -1 : 0; slash >= 0;) {
            int end = path.indexOf('/', slash);
            String part = path.substring(slash, end < 0 ? path.length() : end);
            crumbs.add(crumb(links.tree(tree.ref(), end < 0 ? path : path.substring(0, end)), part, end < 0));
            slash = end < 0 ? -1 : end + 1;
        }
        return Markup.of("<nav class=\"crumbs\" aria-label=\"Path\">{}</nav>", crumbs);
    }

    private static Markup crumb(String address, String name, boolean last) {
        return last ? Markup.of("<b><bdi>{}</bdi></b>", name)
                : Markup.of("<a href=\"{}\"><bdi>{}</bdi></a> <span class=\"quiet\">/</span> ", address, name);
    }
}
