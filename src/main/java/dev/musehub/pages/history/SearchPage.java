package dev.musehub.pages.history;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.pages.CommitMarkup;
import dev.musehub.pages.Links;
import dev.musehub.pages.Markup;
import dev.musehub.pages.Page;
import dev.musehub.pages.queries.CommitList;
import dev.musehub.pages.queries.CommitList.CommitEntry;
import dev.musehub.pages.queries.CommitSearch;
import dev.musehub.repositories.RefRows;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Commits of a repository, of whatever branch, found by words, by author or by the beginning of their ids. */
public final class SearchPage {

    private static final int SHOWN = 50;
    private static final int BY_ID = 10;
    /** Characters of a question. */
    private static final int QUESTION = 200;

    private final Pool pool;

    public SearchPage(Pool pool) {
        this.pool = pool;
    }

    /** What {@code question} finds behind commit {@code after}; only the form where it is empty. */
    public Page page(Repository repository, String question, Optional<Sha256> after) throws SQLException {
        Links links = Links.of(repository);
        String asked = question.substring(0, Math.min(QUESTION, question.length())).strip();
        Markup found = asked.isEmpty() ? Markup.of(
                "<p class=\"quiet\">All words must be there, each perhaps the beginning of a longer one;"
                        + " <code>author:ann</code> looks among authors; {} or more hex digits find an id.</p>",
                RefRows.PREFIX) : found(repository, links, asked, after);
        return new Page(asked.isEmpty() ? "Search" : "Search: " + asked, Markup.of("<h1>Search</h1>{}{}",
                form(links, asked), found));
    }

    private static Markup form(Links links, String asked) {
        return Markup.of("""
                <form class="find" method="get" action="{}"><label for="q">Find commits</label>
                <input id="q" name="q" type="search" value="{}" maxlength="{}" \
                placeholder="words, author:name, or an id">
                <button>Search</button></form>
                """, links.search(), asked, QUESTION);
    }

    private Markup found(Repository repository, Links links, String asked, Optional<Sha256> after) throws SQLException {
        String hex = asked.toLowerCase(Locale.ROOT).replaceFirst("^" + Sha256.PREFIX, "");
        List<CommitEntry> byId;
        List<CommitEntry> byWords;
        boolean more;
        try (Connection c = pool.acquire("search.page")) {
            long repoId = repository.id();
            byId = after.isEmpty() && RefRows.isPrefix(hex)
                    ? CommitList.entries(c, repoId, RefRows.withPrefix(c, repoId, hex, BY_ID)) : List.of();
            List<Sha256> ids = CommitSearch.find(c, repoId, asked, after, SHOWN + 1);
            more = ids.size() > SHOWN;
            byWords = CommitList.entries(c, repoId, ids.subList(0, Math.min(SHOWN, ids.size())));
        }
        if (byId.isEmpty() && byWords.isEmpty()) {
            return Markup.of("<p role=\"status\">{}</p>", after.isPresent() ? "There are no further ones."
                    : "No commit was found.");
        }
        String address = links.search() + "?q=" + Links.segment(asked);
        return Markup.of("{}{}{}",
                byId.isEmpty() ? Markup.NONE : CommitMarkup.list("Ids that begin with " + hex, links, byId),
                CommitMarkup.byDay(links, byWords), pager(address, after.isPresent(), more, byWords));
    }

    private static Markup pager(String address, boolean later, boolean more, List<CommitEntry> shown) {
        return Markup.of("<nav class=\"pager\" aria-label=\"Pages\">{}{}</nav>",
                Markup.of("<a href=\"{}\">To the newest</a>", address).when(later),
                more ? Markup.of("<a rel=\"next\" href=\"{}&after={}\">Older &rarr;</a>", address,
                        shown.getLast().id().hex()) : Markup.NONE).when(later || more);
    }
}
