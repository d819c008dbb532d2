package dev.musehub.jobs;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The day under which size growth has counted each object. */
public final class FirstSeenRows {

    /** One object. */
    public record FirstSeen(Sha256 objectId, LocalDate day) { }

    private FirstSeenRows() {
    }

    /** The days of those of {@code ids} that were counted already. */
    public static Map<Sha256, LocalDate> days(Connection c, long repoId, Collection<Sha256> ids) throws SQLException {
        Map<Sha256, LocalDate> days = new HashMap<>();
        Sql.of(c, "select object_id, day from objects_first_seen where repo_id = ? and object_id = any (?)")
                .with(repoId).ids(ids).each(r -> days.put(Sql.id(r, 1), r.getObject(2, LocalDate.class)));
        return days;
    }

    /** Notes objects; those there already move to the day given. */
    public static void put(Connection c, long repoId, List<FirstSeen> seen) throws SQLException {
        Sql.of(c, """
                insert into objects_first_seen (repo_id, object_id, day)
                select ?, * from unnest(?::bytea[], ?::date[])
                on conflict (repo_id, object_id) do update set day = excluded.day
                """)
                .with(repoId)
                .column("bytea", seen, FirstSeen::objectId)
                .column("text", seen, f -> f.day().toString())
                .update();
    }

    /** Forgets all, for counting from the beginning. */
    public static void clear(Connection c, long repoId) throws SQLException {
        Sql.of(c, "delete from objects_first_seen where repo_id = ?").with(repoId).update();
    }
}
