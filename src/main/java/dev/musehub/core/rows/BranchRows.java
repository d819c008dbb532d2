package dev.musehub.core.rows;

import dev.musehub.core.model.Sha256;
import java.sql.Connection;
import java.sql.SQLException;
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

    /** Writes one move into the log; {@code from} is empty for a birth, {@code to} for a deletion. */
    public static void log(Connection c, long repoId, String name, Optional<Sha256> from, Optional<Sha256> to,
            boolean forced, long userId) throws SQLException {
        Sql.of(c, """
                insert into reflog (repo_id, branch, old_head, new_head, forced, user_id) values (?, ?, ?, ?, ?, ?)
                """).with(repoId, name, from, to, forced, userId).update();
    }
}
