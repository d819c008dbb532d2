package dev.musehub.pages.history;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Ancestry;
import dev.musehub.core.rows.CommitRows;
import dev.musehub.core.rows.CommitRows.CommitNode;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.pages.CommitMarkup;
import dev.musehub.pages.Links;
import dev.musehub.pages.Markup;
import dev.musehub.pages.Numbers;
import dev.musehub.pages.Page;
import dev.musehub.pages.Visit;
import dev.musehub.pages.changes.DiffLinks;
import dev.musehub.pages.changes.Differences;
import dev.musehub.pages.changes.Differences.DifferenceQuery;
import dev.musehub.pages.queries.CommitList;
import dev.musehub.pages.queries.CommitList.CommitEntry;
import dev.musehub.repositories.Revisions;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** What lies between two commits or branches: the commits that only one has, and the files that differ. */
public final class ComparePage {

    private static final int COMMITS = 100;

    private final Pool pool;
    private final Differences differences;
    private final Revisions revisions;

    public ComparePage(Pool pool, Differences differences) {
        this.pool = pool;
        this.differences = differences;
        this.revisions = new Revisions(pool);
    }

    /** Two ends, as they were named and as they are. */
    private record Ends(String from, String to, Sha256 fromId, Sha256 toId) { }

    /**
     * The page of {@code A..B}.
     *
     * @throws Problem {@code not-found} where an end is not here, {@code bad-request} where there are no two
     */
    public Page page(Visit visit, Repository repository, String range) throws SQLException, IOException {
        Ends ends = ends(repository, range);
        Links links = Links.of(repository);
        List<CommitNode> ahead = between(repository, ends.toId(), ends.fromId());
        List<CommitNode> behind = between(repository, ends.fromId(), ends.toId());
        List<CommitEntry> shown;
        Optional<Sha256> fromSnapshot;
        Sha256 toSnapshot;
        try (Connection c = pool.acquire("compare")) {
            shown = CommitList.entries(c, repository.id(),
                    ahead.reversed().stream().limit(COMMITS).map(CommitNode::id).toList());
            fromSnapshot = Optional.of(snapshot(c, repository, ends.fromId()));
            toSnapshot = snapshot(c, repository, ends.toId());
        }
        String address = links.compare(ends.from(), ends.to());
        Markup files = differences.of(new DifferenceQuery(repository.id(), fromSnapshot, toSnapshot, visit.file(),
                new DiffLinks(links, address, visit.split(), ends.fromId(), ends.toId())));
        Markup body = Markup.of("""
                <h1>{} &rarr; {}</h1>
                <p>{} has {} that {} has not{}. <a href="{}">The other way round</a></p>
                {}<section aria-labelledby="changes"><h2 id="changes">Changes</h2>{}{}</section>
                """, end(links, ends.from(), ends.fromId()), end(links, ends.to(), ends.toId()), ends.to(),
                Numbers.count(ahead.size(), "commit"), ends.from(), behind.isEmpty() ? ""
                        : ", and lacks " + Numbers.count(behind.size(), "commit") + " of it",
                links.compare(ends.to(), ends.from()),
                commits(links, shown, ahead.size()), CommitPage.views(address, visit), files);
        return new Page(ends.from() + ".." + ends.to(), body);
    }

    private Ends ends(Repository repository, String range) throws SQLException {
        // No branch name holds "..", so there is one way to read this.
        int dots = range.indexOf("..");
        if (dots <= 0 || dots + 2 >= range.length()) {
            throw new Problem(Problem.Code.BAD_REQUEST, "a comparison is A..B, two branches or commits");
        }
        String from = range.substring(0, dots);
        String to = range.substring(dots + 2);
        return new Ends(from, to, revisions.any(repository.id(), from), revisions.any(repository.id(), to));
    }

    private List<CommitNode> between(Repository repository, Sha256 of, Sha256 without) throws SQLException {
        return Ancestry.between(pool, repository.id(), List.of(of), List.of(without)).commits();
    }

    private static Sha256 snapshot(Connection c, Repository repository, Sha256 commit) throws SQLException {
        return CommitRows.nodes(c, repository.id(), List.of(commit)).stream().findFirst().map(CommitNode::snapshotId)
                .orElseThrow(() -> new Problem(Problem.Code.NOT_FOUND, "commit " + commit + " is gone"));
    }

    private static Markup end(Links links, String name, Sha256 id) {
        return Markup.of("<a href=\"{}\"><bdi>{}</bdi></a>", links.commit(id),
                id.hex().startsWith(name) || id.toString().equals(name) ? CommitMarkup.brief(id) : name);
    }

    private static Markup commits(Links links, List<CommitEntry> commits, int all) {
        return commits.isEmpty() ? Markup.NONE : Markup.of("{}{}", CommitMarkup.byDay(links, commits),
                Markup.of("<p class=\"quiet\">and {} older ones</p>", all - commits.size()).when(all > commits.size()));
    }
}
