package dev.musehub.jobs;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Rows;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What jobs have counted, as JSON text. */
public final class InsightRows {

    /**
     * One result.
     *
     * @param head the commit it was counted up to; empty while the first counting is under way
     * @param state what counting needs to go on
     * @param value what people see
     */
    public record Insight(String kind, Optional<Sha256> head, String state, String value) { }

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

    /**
     * The finished results of a repository, by kind. Those of {@code shared} kind are about the owner: the one counted
     * last for any of the owner's repositories is the one to show for all.
     */
    public static List<Insight> finished(Connection c, long repoId, String shared) throws SQLException {
        String sql = """
                select kind, head, state, value from insights where repo_id = ? and kind <> ? and head is not null
                union all
                (select i.kind, i.head, i.state, i.value
                 from repositories r
                 join repositories others on others.owner_id = r.owner_id
                 join insights i on i.repo_id = others.id and i.kind = ?
                 where r.id = ? order by i.updated_at desc limit 1)
                order by kind
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            s.setString(2, shared);
            s.setString(3, shared);
            s.setLong(4, repoId);
            return read(s);
        }
    }

    /** The finished results of some kinds, as JSON by kind. */
    public static Map<String, String> values(Connection c, long repoId, List<String> kinds) throws SQLException {
        String sql = "select kind, value from insights where repo_id = ? and kind = any (?) and head is not null";
        Map<String, String> values = new TreeMap<>();
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            s.setArray(2, c.createArrayOf("text", kinds.toArray()));
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    values.put(r.getString(1), r.getString(2));
                }
            }
        }
        return values;
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

    /** What was counted last about the owner {@code name}, as JSON. */
    public static Optional<String> ofOwner(Connection c, String name, String kind) throws SQLException {
        String sql = """
                select i.value
                from repositories r join insights i on i.repo_id = r.id and i.kind = ? and i.head is not null
                where r.owner_id = (select id from users where name = ?)
                order by i.updated_at desc limit 1
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setString(1, kind);
            s.setString(2, name);
            try (ResultSet r = s.executeQuery()) {
                return r.next() ? Optional.of(r.getString(1)) : Optional.empty();
            }
        }
    }

    /**
     * The states of one kind for the public repositories of the owner of {@code repoId}, by slug: what anybody may know
     * of the owner. Private ones stay out, as even their sum would tell that they exist.
     */
    public static Map<String, String> ofOwnersPublic(Connection c, long repoId, String kind) throws SQLException {
        String sql = """
                select others.slug, i.state
                from repositories r
                join repositories others on others.owner_id = r.owner_id and others.public
                join insights i on i.repo_id = others.id and i.kind = ?
                where r.id = ?
                """;
        Map<String, String> states = new TreeMap<>();
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setString(1, kind);
            s.setLong(2, repoId);
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    states.put(r.getString(1), r.getString(2));
                }
            }
        }
        return states;
    }

    private static List<Insight> read(PreparedStatement s) throws SQLException {
        List<Insight> found = new ArrayList<>();
        try (ResultSet r = s.executeQuery()) {
            while (r.next()) {
                found.add(new Insight(r.getString(1), Rows.optionalId(r, 2), r.getString(3), r.getString(4)));
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
            Rows.setId(s, 3, insight.head());
            s.setString(4, insight.state());
            s.setString(5, insight.value());
            s.executeUpdate();
        }
    }

    /** Keeps the state of a counting that is under way; what people see stays, or is empty at first. */
    public static void putState(Connection c, long repoId, String kind, Optional<Sha256> head, String state)
            throws SQLException {
        String sql = """
                insert into insights (repo_id, kind, head, state, value) values (?, ?, ?, ?::json, '{}')
                on conflict (repo_id, kind) do update set head = excluded.head, state = excluded.state
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            s.setString(2, kind);
            Rows.setId(s, 3, head);
            s.setString(4, state);
            s.executeUpdate();
        }
    }
}
