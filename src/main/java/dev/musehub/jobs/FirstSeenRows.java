package dev.musehub.jobs;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Rows;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
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
        String sql = "select object_id, day from objects_first_seen where repo_id = ? and object_id = any (?)";
        Map<Sha256, LocalDate> days = new HashMap<>();
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            s.setArray(2, Rows.ids(c, ids));
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    days.put(Rows.id(r, 1), r.getObject(2, LocalDate.class));
                }
            }
        }
        return days;
    }

    /** Notes objects; those there already move to the day given. */
    public static void put(Connection c, long repoId, List<FirstSeen> seen) throws SQLException {
        String sql = """
                insert into objects_first_seen (repo_id, object_id, day)
                select ?, * from unnest(?::bytea[], ?::date[])
                on conflict (repo_id, object_id) do update set day = excluded.day
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            s.setArray(2, Rows.ids(c, seen.stream().map(FirstSeen::objectId).toList()));
            s.setArray(3, c.createArrayOf("text", seen.stream().map(f -> f.day().toString()).toArray()));
            s.executeUpdate();
        }
    }

    /** Forgets all, for counting from the beginning. */
    public static void clear(Connection c, long repoId) throws SQLException {
        try (PreparedStatement s = c.prepareStatement("delete from objects_first_seen where repo_id = ?")) {
            s.setLong(1, repoId);
            s.executeUpdate();
        }
    }
}
