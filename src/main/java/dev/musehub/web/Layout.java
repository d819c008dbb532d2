package dev.musehub.web;

import dev.musehub.db.RepositoryRows.Repository;
import dev.musehub.web.Site.Visit;
import java.util.List;
import java.util.Optional;

/** The frame around every page. */
final class Layout {

    private Layout() {
    }

    /** The whole document. */
    static String of(Visit visit, Optional<Repository> repository, Page page) {
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
                <header class="top"><span class="brand">musehub</span>{}{}</header>
                <main id="main" tabindex="-1">
                {}
                </main>
                </body>
                </html>
                """, title, repository.map(r -> place(visit, r)).orElse(Markup.NONE), account(visit), page.body()).html();
    }

    private static Markup place(Visit visit, Repository repository) {
        Links links = Links.of(repository);
        List<Markup> tabs = List.of(tab(visit, links.base() + "/insights", "Insights"),
                tab(visit, links.pushes(), "Pushes"));
        return Markup.of("<b class=\"place\">{} / {}</b>{}<nav aria-label=\"Repository\">{}</nav>",
                repository.owner(), repository.slug(),
                repository.open() ? Markup.NONE : Markup.of(" <span class=\"badge\">private</span>"), tabs);
    }

    private static Markup tab(Visit visit, String address, String name) {
        return Markup.of("<a href=\"{}\" {}>{}</a> ", address,
                Markup.of("aria-current=\"page\"").when(visit.address().equals(address)), name);
    }

    private static Markup account(Visit visit) {
        return visit.viewer().map(viewer -> Markup.of("""
                <form method="post" action="/-/sign-out" class="account"><input type="hidden" name="csrf" value="{}">\
                <span>{}</span> <button class="plain">Sign out</button></form>""", visit.csrf(), viewer.name()))
                .orElse(Markup.of("<a class=\"account\" href=\"/-/sign-in?to={}\">Sign in</a>",
                        Links.segment(visit.address())));
    }
}
