package dev.musehub.db;

import dev.musehub.model.Sha256;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What jobs have counted, as JSON text. */
public final class InsightRows {

    /**
     * One result.
     *
     * @param head the commit it was counted up to
     * @param state what counting needs to go on
     * @param value what people see
     */
    public record Insight(String kind, Sha256 head, String state, String value) { }

    private InsightRows() {
    }

    /** The head of the default branch; empty before the first push. */
    public static Optional<Sha256> defaultHead(Connection c, long repoId) throws SQLException {
        String sql = """
                select b.head from repositories r join branches b on b.repo_id = r.id and b.name = r.default_branch
                where r.id = ?
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            try (ResultSet r = s.executeQuery()) {
                return r.next() ? Optional.of(Rows.id(r, 1)) : Optional.empty();
            }
        }
    }

    /** All results of a repository, by kind. */
    public static List<Insight> all(Connection c, long repoId) throws SQLException {
        try (PreparedStatement s = c.prepareStatement(
                "select kind, head, state, value from insights where repo_id = ? order by kind")) {
            s.setLong(1, repoId);
            return read(s);
        }
    }

    /** The result of one kind. */
    public static Optional<Insight> one(Connection c, long repoId, String kind) throws SQLException {
        try (PreparedStatement s = c.prepareStatement(
                "select kind, head, state, value from insights where repo_id = ? and kind = ?")) {
            s.setLong(1, repoId);
            s.setString(2, kind);
            return read(s).stream().findFirst();
        }
    }

    /** The results of one kind for all repositories of the owner of {@code repoId}. */
    public static List<Insight> ofOwner(Connection c, long repoId, String kind) throws SQLException {
        String sql = """
                select i.kind, i.head, i.state, i.value
                from repositories r
                join repositories others on others.owner_id = r.owner_id
                join insights i on i.repo_id = others.id and i.kind = ?
                where r.id = ?
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setString(1, kind);
            s.setLong(2, repoId);
            return read(s);
        }
    }

    private static List<Insight> read(PreparedStatement s) throws SQLException {
        List<Insight> found = new ArrayList<>();
        try (ResultSet r = s.executeQuery()) {
            while (r.next()) {
                found.add(new Insight(r.getString(1), Rows.id(r, 2), r.getString(3), r.getString(4)));
            }
        }
        return found;
    }

    /** Keeps a result in place of the last one. */
    public static void put(Connection c, long repoId, Insight insight) throws SQLException {
        String sql = """
                insert into insights (repo_id, kind, head, state, value) values (?, ?, ?, ?::json, ?::json)
                on conflict (repo_id, kind) do update
                set head = excluded.head, state = excluded.state, value = excluded.value, updated_at = now()
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            s.setString(2, insight.kind());
            s.setBytes(3, insight.head().bytes());
            s.setString(4, insight.state());
            s.setString(5, insight.value());
            s.executeUpdate();
        }
    }
}
