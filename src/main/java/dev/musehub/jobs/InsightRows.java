package dev.musehub.jobs;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
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
        return Sql.of(c, """
                select b.head from repositories r join branches b on b.repo_id = r.id and b.name = r.default_branch
                where r.id = ?
                """).with(repoId).first(r -> Sql.id(r, 1));
    }

    /**
     * The finished results of a repository, by kind. Those of {@code shared} kind are about the owner: the one counted
     * last for any of the owner's repositories is the one to show for all.
     */
    public static List<Insight> finished(Connection c, long repoId, String shared) throws SQLException {
        return Sql.of(c, """
                select kind, head, state, value from insights where repo_id = ? and kind <> ? and head is not null
                union all
                (select i.kind, i.head, i.state, i.value
                 from repositories r
                 join repositories others on others.owner_id = r.owner_id
                 join insights i on i.repo_id = others.id and i.kind = ?
                 where r.id = ? order by i.updated_at desc limit 1)
                order by kind
                """).with(repoId, shared, shared, repoId).list(InsightRows::read);
    }

    /** The finished results of some kinds, as JSON by kind. */
    public static Map<String, String> values(Connection c, long repoId, List<String> kinds) throws SQLException {
        Map<String, String> values = new TreeMap<>();
        Sql.of(c, "select kind, value from insights where repo_id = ? and kind = any (?) and head is not null")
                .with(repoId).array("text", kinds).each(r -> values.put(r.getString(1), r.getString(2)));
        return values;
    }

    /** The result of one kind. */
    public static Optional<Insight> one(Connection c, long repoId, String kind) throws SQLException {
        return Sql.of(c, "select kind, head, state, value from insights where repo_id = ? and kind = ?")
                .with(repoId, kind).first(InsightRows::read);
    }

    /** What was counted last about the owner {@code name}, as JSON. */
    public static Optional<String> ofOwner(Connection c, String name, String kind) throws SQLException {
        return Sql.of(c, """
                select i.value
                from repositories r join insights i on i.repo_id = r.id and i.kind = ? and i.head is not null
                where r.owner_id = (select id from users where name = ?)
                order by i.updated_at desc limit 1
                """).with(kind, name).first(r -> r.getString(1));
    }

    /**
     * The states of one kind for the public repositories of the owner of {@code repoId}, by slug: what anybody may know
     * of the owner. Private ones stay out, as even their sum would tell that they exist.
     */
    public static Map<String, String> ofOwnersPublic(Connection c, long repoId, String kind) throws SQLException {
        Map<String, String> states = new TreeMap<>();
        Sql.of(c, """
                select others.slug, i.state
                from repositories r
                join repositories others on others.owner_id = r.owner_id and others.public
                join insights i on i.repo_id = others.id and i.kind = ?
                where r.id = ?
                """).with(kind, repoId).each(r -> states.put(r.getString(1), r.getString(2)));
        return states;
    }

    private static Insight read(ResultSet r) throws SQLException {
        return new Insight(r.getString(1), Sql.optionalId(r, 2), r.getString(3), r.getString(4));
    }

    /** Keeps a result in place of the last one. */
    public static void put(Connection c, long repoId, Insight insight) throws SQLException {
        Sql.of(c, """
                insert into insights (repo_id, kind, head, state, value) values (?, ?, ?, ?::json, ?::json)
                on conflict (repo_id, kind) do update
                set head = excluded.head, state = excluded.state, value = excluded.value, updated_at = now()
                """).with(repoId, insight.kind(), insight.head(), insight.state(), insight.value()).update();
    }

    /** Keeps the state of a counting that is under way; what people see stays, or is empty at first. */
    public static void putState(Connection c, long repoId, String kind, Optional<Sha256> head, String state)
            throws SQLException {
        Sql.of(c, """
                insert into insights (repo_id, kind, head, state, value) values (?, ?, ?, ?::json, '{}')
                on conflict (repo_id, kind) do update set head = excluded.head, state = excluded.state
                """).with(repoId, kind, head, state).update();
    }
}
