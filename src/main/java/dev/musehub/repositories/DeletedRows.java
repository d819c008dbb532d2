package dev.musehub.repositories;

import dev.musehub.core.rows.RepositoryRows.Repository;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Deleted repositories. They belong to nobody, so that no question which begins with an owner finds them; a later
 * collection takes away what is in them, in steps.
 */
public final class DeletedRows {

    /**
     * What refers to a repository beside its history: that has an order of its own. Members go at once, and comments with
     * their commits.
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
        try (PreparedStatement s = c.prepareStatement(
                "update repositories set owner_id = null, public = false, deleted_at = now() where id = ?")) {
            s.setLong(1, repository.id());
            s.executeUpdate();
        }
        try (PreparedStatement s = c.prepareStatement("delete from members where repo_id = ?")) {
            s.setLong(1, repository.id());
            s.executeUpdate();
        }
        try (PreparedStatement s = c.prepareStatement("select id from repositories where owner_id = ? limit 1")) {
            s.setLong(1, repository.ownerId());
            return ids(s).stream().findFirst();
        }
    }

    /** Those that were deleted before {@code before}. */
    public static List<Long> before(Connection c, Instant before) throws SQLException {
        try (PreparedStatement s = c.prepareStatement("select id from repositories where deleted_at < ? order by id")) {
            s.setObject(1, before.atOffset(ZoneOffset.UTC));
            return ids(s);
        }
    }

    private static List<Long> ids(PreparedStatement s) throws SQLException {
        List<Long> ids = new ArrayList<>();
        try (ResultSet r = s.executeQuery()) {
            while (r.next()) {
                ids.add(r.getLong(1));
            }
        }
        return ids;
    }

    /** Removes up to {@code limit} rows of each kind that lead into a repository or tell of it; returns how many. */
    public static int removeNotes(Connection c, long repoId, int limit) throws SQLException {
        int gone = 0;
        for (String table : NOTES) {
            String sql = """
                    delete from %1$s where ctid = any (array(select ctid from %1$s where repo_id = ? limit ?))
                    """.formatted(table);
            try (PreparedStatement s = c.prepareStatement(sql)) {
                s.setLong(1, repoId);
                s.setInt(2, limit);
                gone += s.executeUpdate();
            }
        }
        return gone;
    }

    /** Removes a deleted repository itself; the foreign keys refuse while there is anything in it. */
    public static int remove(Connection c, long repoId) throws SQLException {
        String sql = "delete from repositories where id = ? and deleted_at is not null";
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            return s.executeUpdate();
        }
    }
}
