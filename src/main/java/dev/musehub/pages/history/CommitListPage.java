package dev.musehub.pages.history;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.pages.CommitMarkup;
import dev.musehub.pages.Links;
import dev.musehub.pages.Markup;
import dev.musehub.pages.Page;
import dev.musehub.pages.RefSwitcher;
import dev.musehub.pages.queries.CommitList;
import dev.musehub.pages.queries.CommitList.CommitEntry;
import dev.musehub.repositories.RefRows;
import dev.musehub.repositories.RefRows.RefNames;
import dev.musehub.repositories.Revisions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** The history of a branch, a page at a time. */
public final class CommitListPage {

    /** Where in a list of commits a page begins. */
    public sealed interface CommitPosition {
        /** At the newest. */
        record Start() implements CommitPosition { }

        /** Behind this one, with older ones. */
        record After(Sha256 commit) implements CommitPosition { }

        /** With those just above this one. */
        record Before(Sha256 commit) implements CommitPosition { }
    }

    private static final int SHOWN = 50;

    private final Pool pool;
    private final Revisions revisions;

    public CommitListPage(Pool pool) {
        this.pool = pool;
        this.revisions = new Revisions(pool);
    }

    /** What one page shows, and whether there is more on either side. */
    private record ListedCommits(List<CommitEntry> entries, boolean newer, boolean older) { }

    /** What one page shows of a branch, or of the history of a commit. */
    private record ShownCommits(boolean branch, RefNames names, ListedCommits listed) { }

    /**
     * The page of {@code ref}.
     *
     * @throws dev.musehub.core.model.Problem {@code not-found}
     */
    public Page page(Repository repository, Optional<String> ref, CommitPosition place) throws SQLException {
        Links links = Links.of(repository);
        String name = ref.or(repository::defaultBranch).orElse("");
        if (name.isEmpty()) {
            return new Page("Commits",
                    Markup.of("<h1>Commits</h1><p class=\"quiet\">Nothing has been pushed yet.</p>"));
        }
        ShownCommits shown = shown(repository, name, place);
        ListedCommits listed = shown.listed();
        boolean whole = Sha256.parseHex(name).isPresent();
        Markup called = whole ? Markup.of("commit <b>{}</b>", name.substring(0, CommitMarkup.BRIEF))
                : Markup.of("<b>{}</b>", name);
        Markup body = Markup.of("""
                <h1>Commits</h1>
                <div class="ref-bar">{}{}</div>
                {}{}
                """, RefSwitcher.of(links, called, name, shown.names(), links::commits),
                Markup.of("<a href=\"{}\">Moves of this branch</a>", links.reflog(name)).when(shown.branch()),
                listed.entries().isEmpty() ? Markup.of("<p class=\"quiet\">There is nothing further.</p>")
                        : CommitMarkup.byDay(links, listed.entries()), pager(links.commits(name), listed));
        return new Page("Commits of " + name, body);
    }

    private ShownCommits shown(Repository repository, String name, CommitPosition place) throws SQLException {
        long repoId = repository.id();
        try (Connection c = pool.acquire("commits.page")) {
            Optional<Sha256> branch = RefRows.head(c, repoId, name);
            if (branch.isPresent()) {
                return shown(c, repoId, true, branch.get(), place);
            }
        }
        Sha256 commit = revisions.any(repoId, name);
        try (Connection c = pool.acquire("commits.page")) {
            return shown(c, repoId, false, commit, place);
        }
    }

    private static ShownCommits shown(Connection c, long repoId, boolean branch, Sha256 head, CommitPosition place)
            throws SQLException {
        return new ShownCommits(branch, RefRows.names(c, repoId, RefSwitcher.OFFERED + 1),
                listed(c, repoId, head, place));
    }

    private static ListedCommits listed(Connection c, long repoId, Sha256 head, CommitPosition place)
            throws SQLException {
        List<Sha256> ids = switch (place) {
            case CommitPosition.Start _ -> CommitList.newest(c, repoId, List.of(head), SHOWN + 1);
            case CommitPosition.After after -> CommitList.older(c, repoId, head, after.commit(), SHOWN + 1);
            case CommitPosition.Before before -> CommitList.newer(c, repoId, head, before.commit(), SHOWN + 1);
        };
        boolean more = ids.size() > SHOWN;
        return switch (place) {
            case CommitPosition.Start _ -> new ListedCommits(CommitList.entries(c, repoId, first(ids)), false, more);
            case CommitPosition.After _ -> new ListedCommits(CommitList.entries(c, repoId, first(ids)), true, more);
            // The one too many is the newest.
            case CommitPosition.Before _ ->
                    new ListedCommits(CommitList.entries(c, repoId, first(ids.reversed()).reversed()), more, true);
        };
    }

    private static List<Sha256> first(List<Sha256> ids) {
        return ids.subList(0, Math.min(SHOWN, ids.size()));
    }

    private static Markup pager(String address, ListedCommits listed) {
        if (listed.entries().isEmpty()) {
            return Markup.of("<nav class=\"pager\" aria-label=\"Pages\"><a href=\"{}\">To the newest</a></nav>",
                    address);
        }
        return Markup.of("<nav class=\"pager\" aria-label=\"Pages\">{}{}</nav>",
                Markup.of("<a rel=\"prev\" href=\"{}&before={}\">&larr; Newer</a>", address,
                        listed.entries().getFirst().id().hex()).when(listed.newer()),
                Markup.of("<a rel=\"next\" href=\"{}&after={}\">Older &rarr;</a>", address,
                        listed.entries().getLast().id().hex()).when(listed.older()));
    }
}
