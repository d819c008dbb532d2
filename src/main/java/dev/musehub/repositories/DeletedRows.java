package dev.musehub.repositories;

import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.rows.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Deleted repositories. They have no owner, so no query that begins with an owner finds them. A later collection
 * removes what is in them, step by step.
 */
public final class DeletedRows {

    /**
     * The tables that refer to a repository, without those of its history, which has an order of its own. Members are
     * removed at once, and comments with their commits.
     */
    static final List<String> NOTES = List.of("branches", "tags", "releases", "reflog", "jobs", "insights",
            "objects_first_seen", "pushes");

    private DeletedRows() {
    }

    /**
     * Deletes a repository; a push that is under way is refused at its last step. Returns another one of its owner, if
     * there is any.
     */
    public static Optional<Long> delete(Connection c, Repository repository) throws SQLException {
        Sql.of(c, "update repositories set owner_id = null, public = false, deleted_at = now() where id = ?")
                .with(repository.id()).update();
        Sql.of(c, "delete from members where repo_id = ?").with(repository.id()).update();
        return Sql.of(c, "select id from repositories where owner_id = ? limit 1").with(repository.ownerId())
                .first(r -> r.getLong(1));
    }

    /** Those that were deleted before {@code before}. */
    public static List<Long> before(Connection c, Instant before) throws SQLException {
        return Sql.of(c, "select id from repositories where deleted_at < ? order by id").with(before)
                .list(r -> r.getLong(1));
    }

    /** Removes up to {@code limit} rows of a repository from each of {@link #NOTES}; returns how many that were. */
    public static int removeNotes(Connection c, long repoId, int limit) throws SQLException {
        int gone = 0;
        for (String table : NOTES) {
            gone += Sql.of(c, """
                    delete from %1$s where ctid = any (array(select ctid from %1$s where repo_id = ? limit ?))
                    """.formatted(table)).with(repoId, limit).update();
        }
        return gone;
    }

    /** Removes a deleted repository itself; the foreign keys refuse while there is anything in it. */
    public static int remove(Connection c, long repoId) throws SQLException {
        return Sql.of(c, "delete from repositories where id = ? and deleted_at is not null").with(repoId).update();
    }
}
