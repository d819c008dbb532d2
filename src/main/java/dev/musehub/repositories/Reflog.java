package dev.musehub.repositories;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

/** Reads the log of the moves of branches, which pushes write. */
public final class Reflog {

    private Reflog() {
    }

    /**
     * One move of a branch.
     *
     * @param id grows with time within a repository
     */
    public record Move(long id, String branch, Optional<Sha256> from, Optional<Sha256> to, boolean forced,
            String user, OffsetDateTime at) { }

    /** The latest moves before the one called {@code before}, newest first; of one branch if it is named. */
    public static List<Move> latest(Connection c, long repoId, Optional<String> branch, long before, int limit)
            throws SQLException {
        return Sql.of(c, """
                select l.id, l.branch, l.old_head, l.new_head, l.forced, u.name, l.at
                from reflog l join users u on u.id = l.user_id
                where l.repo_id = ? and (?::text is null or l.branch = ?) and l.id < ?
                order by l.id desc limit ?
                """).with(repoId, branch, branch, before, limit)
                .list(r -> new Move(r.getLong(1), r.getString(2), Sql.optionalId(r, 3), Sql.optionalId(r, 4),
                        r.getBoolean(5), r.getString(6), r.getObject(7, OffsetDateTime.class)));
    }
}
