package dev.musehub.core.rows;

import dev.musehub.core.model.Sha256;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Branch heads and the log of their moves. */
public final class BranchRows {

    private BranchRows() {
    }

    /** All heads of a repository, by name. */
    public static Map<String, Sha256> heads(Connection c, long repoId) throws SQLException {
        Map<String, Sha256> heads = new TreeMap<>();
        Sql.of(c, "select name, head from branches where repo_id = ?").with(repoId)
                .each(r -> heads.put(r.getString(1), Sql.id(r, 2)));
        return heads;
    }

    /** The head of one branch; empty where there is no such branch. */
    public static Optional<Sha256> head(Connection c, long repoId, String name) throws SQLException {
        return Sql.of(c, "select head from branches where repo_id = ? and name = ?")
                .with(repoId, name.replace('\0', ' ')).first(r -> Sql.id(r, 1));
    }

    /** The head of one branch, its row locked until the transaction ends; empty where there is no such branch. */
    public static Optional<Sha256> lockHead(Connection c, long repoId, String name) throws SQLException {
        return Sql.of(c, "select head from branches where repo_id = ? and name = ? for update").with(repoId, name)
                .first(r -> Sql.id(r, 1));
    }

    /** Points a branch at {@code head}, creating it if need be. */
    public static void set(Connection c, long repoId, String name, Sha256 head) throws SQLException {
        Sql.of(c, """
                insert into branches (repo_id, name, head) values (?, ?, ?)
                on conflict (repo_id, name) do update set head = excluded.head, updated_at = now()
                """).with(repoId, name, head).update();
    }

    /** Removes a branch; its commits stay until they are collected. */
    public static void delete(Connection c, long repoId, String name) throws SQLException {
        Sql.of(c, "delete from branches where repo_id = ? and name = ?").with(repoId, name).update();
    }

    /**
     * One move of a branch.
     *
     * @param id grows with time within a repository
     */
    public record Move(long id, String branch, Optional<Sha256> from, Optional<Sha256> to, boolean forced,
            String user, OffsetDateTime at) { }

    /** The latest moves before the one called {@code before}, newest first; of one branch if it is named. */
    public static List<Move> reflog(Connection c, long repoId, Optional<String> branch, long before, int limit)
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

    /** Writes one move into the log; {@code from} is empty for a birth, {@code to} for a deletion. */
    public static void log(Connection c, long repoId, String name, Optional<Sha256> from, Optional<Sha256> to,
            boolean forced, long userId) throws SQLException {
        Sql.of(c, """
                insert into reflog (repo_id, branch, old_head, new_head, forced, user_id) values (?, ?, ?, ?, ?, ?)
                """).with(repoId, name, from, to, forced, userId).update();
    }
}
