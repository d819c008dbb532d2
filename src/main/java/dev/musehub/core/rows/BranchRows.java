package dev.musehub.core.rows;

import dev.musehub.core.model.Sha256;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
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

    /** The head of one branch; empty where there is no such branch. */
    public static Optional<Sha256> head(Connection c, long repoId, String name) throws SQLException {
        try (PreparedStatement s = c.prepareStatement("select head from branches where repo_id = ? and name = ?")) {
            s.setLong(1, repoId);
            s.setString(2, name.replace('\0', ' '));
            try (ResultSet r = s.executeQuery()) {
                return r.next() ? Optional.of(Rows.id(r, 1)) : Optional.empty();
            }
        }
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

    /** Removes a branch; its commits stay until they are collected. */
    public static void delete(Connection c, long repoId, String name) throws SQLException {
        try (PreparedStatement s = c.prepareStatement("delete from branches where repo_id = ? and name = ?")) {
            s.setLong(1, repoId);
            s.setString(2, name);
            s.executeUpdate();
        }
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
        String sql = """
                select l.id, l.branch, l.old_head, l.new_head, l.forced, u.name, l.at
                from reflog l join users u on u.id = l.user_id
                where l.repo_id = ? and (?::text is null or l.branch = ?) and l.id < ?
                order by l.id desc limit ?
                """;
        List<Move> moves = new ArrayList<>();
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            s.setString(2, branch.orElse(null));
            s.setString(3, branch.orElse(null));
            s.setLong(4, before);
            s.setInt(5, limit);
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    moves.add(new Move(r.getLong(1), r.getString(2), Rows.optionalId(r, 3), Rows.optionalId(r, 4),
                            r.getBoolean(5), r.getString(6), r.getObject(7, OffsetDateTime.class)));
                }
            }
        }
        return moves;
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
