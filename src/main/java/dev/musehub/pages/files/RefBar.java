package dev.musehub.pages.files;

import dev.musehub.pages.CommitMarkup;
import dev.musehub.pages.Links;
import dev.musehub.pages.Markup;
import dev.musehub.pages.RefSwitcher;
import dev.musehub.pages.files.Trees.Tree;
import dev.musehub.repositories.RefRows.RefNames;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** The line above files: the branch, tag or commit, with a menu of others, and the path in it. */
final class RefBar {

    /** Directories of a path that are linked. */
    private static final int CRUMBS = 100;

    private RefBar() {
    }

    /**
     * The line.
     *
     * @param root what the root is called
     * @param there the address of the same for another branch, tag or commit
     */
    static Markup of(Links links, String root, Tree tree, RefNames names, String path, UnaryOperator<String> there) {
        Markup shown = tree.named() ? Markup.of("<b>{}</b>", tree.ref())
                : Markup.of("commit <b>{}</b>", CommitMarkup.brief(tree.commit()));
        return Markup.of("<div class=\"ref-bar\">{}{}</div>", RefSwitcher.of(links, shown, tree.ref(), names, there),
                crumbs(links, root, tree, path));
    }

    private static Markup crumbs(Links links, String root, Tree tree, String path) {
        List<Markup> crumbs = new ArrayList<>();
        if (path.chars().filter(c -> c == '/').count() > CRUMBS) {
            // Each has the address of all before it: 2,000 of them would take 4 MB.
            return Markup.of("<nav class=\"crumbs\" aria-label=\"Path\">{}<b><bdi>{}</bdi></b></nav>",
                    crumb(links.tree(tree.ref(), ""), root, false), path);
        }
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
