package dev.musehub.web;

import dev.musehub.db.Pool;
import dev.musehub.db.RepositoryRows.Repository;
import dev.musehub.model.Sha256;
import dev.musehub.web.Site.Visit;
import java.sql.SQLException;
import java.util.Optional;

/** The pages that list what a repository has, each as a whole HTML document. Who may see them has been decided before. */
public final class HistoryPages {

    private final CommitsPage commits;

    public HistoryPages(Pool pool) {
        this.commits = new CommitsPage(pool);
    }

    /** Where in a list of commits a page begins. */
    public sealed interface Place {
        /** At the newest. */
        record Start() implements Place { }

        /** Behind this one, with older ones. */
        record After(Sha256 commit) implements Place { }

        /** With those just above this one. */
        record Before(Sha256 commit) implements Place { }
    }

    /** The history of {@code ref}, a branch or a commit; of the default branch where it is empty. */
    public String commits(Visit visit, Repository repository, Optional<String> ref, Place place) throws SQLException {
        return Layout.of(visit, Optional.of(repository), commits.page(repository, ref, place));
    }
}
