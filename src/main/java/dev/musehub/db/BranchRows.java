package dev.musehub.db;

import dev.musehub.model.Sha256;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
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
        try (PreparedStatement s = c.prepareStatement("select name, head from branches where repo_id = ?")) {
            s.setLong(1, repoId);
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    heads.put(r.getString(1), Rows.id(r, 2));
                }
            }
        }
        return heads;
    }

    /** The head of one branch, its row locked until the transaction ends; empty where there is no such branch. */
    public static Optional<Sha256> lockHead(Connection c, long repoId, String name) throws SQLException {
        String sql = "select head from branches where repo_id = ? and name = ? for update";
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            s.setString(2, name);
            try (ResultSet r = s.executeQuery()) {
                return r.next() ? Optional.of(Rows.id(r, 1)) : Optional.empty();
            }
        }
    }

    /** Points a branch at {@code head}, creating it if need be. */
    public static void set(Connection c, long repoId, String name, Sha256 head) throws SQLException {
        String sql = """
                insert into branches (repo_id, name, head) values (?, ?, ?)
                on conflict (repo_id, name) do update set head = excluded.head, updated_at = now()
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            s.setString(2, name);
            s.setBytes(3, head.bytes());
            s.executeUpdate();
        }
    }

    /** Writes one move into the log; {@code from} is empty for a birth, {@code to} for a deletion. */
    public static void log(Connection c, long repoId, String name, Optional<Sha256> from, Optional<Sha256> to,
            boolean forced, long userId) throws SQLException {
        String sql = """
                insert into reflog (repo_id, branch, old_head, new_head, forced, user_id) values (?, ?, ?, ?, ?, ?)
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            s.setString(2, name);
            Rows.setId(s, 3, from);
            Rows.setId(s, 4, to);
            s.setBoolean(5, forced);
            s.setLong(6, userId);
            s.executeUpdate();
        }
    }
}
