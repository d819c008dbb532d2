package dev.musehub.pages;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.pages.history.BranchesPage;
import dev.musehub.pages.history.CommitListPage;
import dev.musehub.pages.history.CommitListPage.CommitPosition;
import dev.musehub.pages.history.ReflogPage;
import dev.musehub.pages.history.ReleasesPage;
import dev.musehub.pages.history.SearchPage;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;

/** The pages that list what a repository has, each as a whole HTML document. Who may see them has been decided before. */
public final class HistoryPages {

    private final CommitListPage commits;
    private final BranchesPage branches;
    private final ReflogPage reflog;
    private final ReleasesPage releases;
    private final SearchPage searches;

    public HistoryPages(Pool pool) {
        this.commits = new CommitListPage(pool);
        this.branches = new BranchesPage(pool);
        this.reflog = new ReflogPage(pool);
        this.releases = new ReleasesPage(pool);
        this.searches = new SearchPage(pool);
    }

    /** The history of {@code ref}, a branch or a commit; of the default branch where it is empty. */
    public String commits(Visit visit, Repository repository, Optional<String> ref, CommitPosition place) throws SQLException {
        return Layout.of(visit, Optional.of(repository), commits.page(repository, ref, place));
    }

    /** The branches behind the one called {@code after}. */
    public String branches(Visit visit, Repository repository, Optional<String> after) throws SQLException {
        return Layout.of(visit, Optional.of(repository), branches.page(repository, after));
    }

    /** The moves of a branch, or of all, before the one numbered {@code before}. */
    public String reflog(Visit visit, Repository repository, Optional<String> branch, long before)
            throws SQLException {
        return Layout.of(visit, Optional.of(repository), reflog.page(repository, branch, before));
    }

    /** Releases behind one, and tags behind another. */
    public String releases(Visit visit, Repository repository, Optional<UUID> release, Optional<UUID> tag)
            throws SQLException {
        return Layout.of(visit, Optional.of(repository), releases.page(repository, release, tag));
    }

    /** The commits that {@code question} finds, behind commit {@code after}. */
    public String search(Visit visit, Repository repository, String question, Optional<Sha256> after)
            throws SQLException {
        return Layout.of(visit, Optional.of(repository), searches.page(repository, question, after));
    }
}
