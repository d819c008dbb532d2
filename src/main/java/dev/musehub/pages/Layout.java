package dev.musehub.pages;

import dev.musehub.core.model.Account.Scope;
import dev.musehub.core.rows.RepositoryRows.Repository;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The frame around every page. */
public final class Layout {

    private Layout() {
    }

    /** The whole document. */
    public static String of(Visit visit, Optional<Repository> repository, Page page) {
        String title = page.title() + repository.map(r -> " \u00b7 " + r.name()).orElse("");
        return Markup.of("""
                <!doctype html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <title>{}</title>
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark">
                <link rel="stylesheet" href="/-/style.css">
                <link rel="icon" href="/-/icon.svg">
                <script src="/-/live.js" defer></script>
                </head>
                <body>
                <a class="skip" href="#main">Skip to content</a>
                <header class="top"><div><a class="brand" href="/"><img src="/-/icon.svg" alt="" width="20" \
                height="20">musehub</a>{}</div>{}</header>
                <main id="main" tabindex="-1">
                {}
                </main>
                </body>
                </html>
                """, title, account(visit), repository.map(r -> place(visit, r)).orElse(Markup.NONE), page.body())
                .html();
    }

    private static Markup place(Visit visit, Repository repository) {
        Links links = Links.of(repository);
        String base = links.base();
        List<Markup> tabs = new ArrayList<>();
        tabs.add(tab(visit, "Files", base, base + "/tree/", base + "/blob/", base + "/history/"));
        tabs.add(tab(visit, "Commits", base + "/commits", base + "/commits/", base + "/compare/", base + "/search"));
        tabs.add(tab(visit, "Branches", base + "/branches", base + "/reflog"));
        tabs.add(tab(visit, "Tags", base + "/releases"));
        tabs.add(tab(visit, "Pushes", links.pushes()));
        tabs.add(tab(visit, "Insights", base + "/insights"));
        if (maySet(visit, repository)) {
            tabs.add(tab(visit, "Settings", links.settings()));
        }
        return Markup.of("""
                <div class="place"><b><a href="/{}">{}</a> / <a href="{}">{}</a></b>{}\
                <form role="search" action="{}/search" class="seek"><input type="search" name="q" \
                aria-label="Search commits" placeholder="Search commits"></form></div>
                <nav aria-label="Repository">{}</nav>""",
                Links.segment(repository.owner()), repository.owner(), base, repository.slug(),
                Markup.of(" <span class=\"badge\">{}</span>", repository.open() ? "public" : "private"), base, tabs);
    }

    /** A tab of the page at {@code address}, and of those whose addresses begin like one of {@code family}. */
    private static Markup tab(Visit visit, String name, String address, String... family) {
        boolean here = visit.address().equals(address)
                || Arrays.stream(family).anyMatch(beginning -> visit.address().startsWith(beginning));
        return Markup.of("<a href=\"{}\" {}>{}</a>", address, Markup.of("aria-current=\"page\"").when(here), name);
    }

    /** Whether the reader gets the tab of the settings. */
    private static boolean maySet(Visit visit, Repository repository) {
        return visit.address().equals(Links.of(repository).settings())
                || visit.viewer().filter(viewer -> viewer.userId() == repository.ownerId()
                        && viewer.scope() == Scope.ADMIN).isPresent();
    }

    private static Markup account(Visit visit) {
        return visit.viewer().map(viewer -> Markup.of("""
                <form method="post" action="/-/sign-out" class="account"><input type="hidden" name="csrf" value="{}">\
                <a href="/{}">{}</a> <a href="/-/account">Account</a> \
                <button class="plain">Sign out</button></form>""", visit.csrf(), Links.segment(viewer.name()),
                viewer.name()))
                .orElse(Markup.of("<a class=\"account\" href=\"/-/sign-in?to={}\">Sign in</a>",
                        Links.segment(visit.address())));
    }
}
