package dev.musehub.server.browser;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.pages.changes.Differences;
import dev.musehub.pages.history.BranchesPage;
import dev.musehub.pages.history.CommitListPage;
import dev.musehub.pages.history.CommitListPage.CommitPosition;
import dev.musehub.pages.history.CommitPage;
import dev.musehub.pages.history.ComparePage;
import dev.musehub.pages.history.ReflogPage;
import dev.musehub.pages.history.ReleasesPage;
import dev.musehub.pages.history.SearchPage;
import dev.musehub.pages.repository.InsightsPage;
import dev.musehub.repositories.Revisions;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;

/** The pages about the history of a repository. */
public final class HistoryRoutes {

    private final CommitListPage commits;
    private final CommitPage commit;
    private final ComparePage comparisons;
    private final BranchesPage branches;
    private final ReflogPage reflog;
    private final ReleasesPage releases;
    private final SearchPage searches;
    private final InsightsPage insights;
    private final Revisions revisions;

    public HistoryRoutes(Pool pool, ObjectStore store) {
        Differences differences = new Differences(pool, store);
        this.commits = new CommitListPage(pool);
        this.commit = new CommitPage(pool, differences);
        this.comparisons = new ComparePage(pool, differences);
        this.branches = new BranchesPage(pool);
        this.reflog = new ReflogPage(pool);
        this.releases = new ReleasesPage(pool);
        this.searches = new SearchPage(pool);
        this.insights = new InsightsPage(pool);
        this.revisions = new Revisions(pool);
    }

    /** {@code commits?ref=REF&after=ID}: a list of commits. */
    public PageAnswer commits(PageRequest request) throws SQLException {
        Repository repository = request.repository();
        return PageAnswer.of(repository, commits.page(repository, request.query("ref"), position(request)));
    }

    /** {@code commits/ID?after=COMMENT&view=split&file=PATH}: one commit. */
    public PageAnswer commit(PageRequest request) throws IOException, SQLException {
        Repository repository = request.repository();
        Sha256 id = revisions.named(repository.id(), request.call().parameter("commit"));
        return PageAnswer.of(repository, commit.page(request.visit(), repository, id, request.number("after", 0)));
    }

    /** {@code compare/A..B}: what lies between two commits or branches. */
    public PageAnswer compare(PageRequest request) throws IOException, SQLException {
        Repository repository = request.repository();
        return PageAnswer.of(repository, comparisons.page(request.visit(), repository,
                request.call().parameter("range")));
    }

    /** {@code branches?after=NAME}: the branches. */
    public PageAnswer branches(PageRequest request) throws SQLException {
        Repository repository = request.repository();
        return PageAnswer.of(repository, branches.page(repository, request.query("after")));
    }

    /** {@code reflog/BRANCH?before=ID}: the moves of a branch, or of all. */
    public PageAnswer reflog(PageRequest request) throws SQLException {
        Repository repository = request.repository();
        Optional<String> branch = Optional.of(request.call().parameter("branch")).filter(name -> !name.isEmpty());
        return PageAnswer.of(repository, reflog.page(repository, branch, request.number("before", Long.MAX_VALUE)));
    }

    /** {@code releases?release=ID&tag=ID}: releases behind one, and tags behind another. */
    public PageAnswer releases(PageRequest request) throws SQLException {
        Repository repository = request.repository();
        return PageAnswer.of(repository, releases.page(repository, request.isMember(), label(request, "release"),
                label(request, "tag")));
    }

    /** {@code search?q=QUESTION&after=ID}: the commits that a question finds. */
    public PageAnswer search(PageRequest request) throws SQLException {
        Repository repository = request.repository();
        return PageAnswer.of(repository, searches.page(repository, request.call().formQuery("q").orElse(""),
                request.query("after").map(HistoryRoutes::id)));
    }

    /** {@code insights}: what the jobs have counted. */
    public PageAnswer insights(PageRequest request) throws SQLException {
        Repository repository = request.repository();
        return PageAnswer.of(repository, insights.page(repository));
    }

    private static CommitPosition position(PageRequest request) {
        return request.query("before").<CommitPosition>map(text -> new CommitPosition.Before(id(text)))
                .or(() -> request.query("after").map(text -> new CommitPosition.After(id(text))))
                .orElse(new CommitPosition.Start());
    }

    private static Sha256 id(String text) {
        return Sha256.parseHex(text).orElseThrow(() -> new Problem(Problem.Code.INVALID_ID,
                "a list goes on behind a commit, which is named by its " + Sha256.HEX_LENGTH + " hex digits"));
    }

    private static Optional<UUID> label(PageRequest request, String parameter) {
        try {
            return request.query(parameter).map(UUID::fromString);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
