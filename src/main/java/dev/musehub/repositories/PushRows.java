package dev.musehub.repositories;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Sql;
import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The record of pushes. */
public final class PushRows {

    /** Rows kept of a repository. */
    public static final int KEPT = 1_000;

    /** The outcome of a push that went well; any other is the code of its problem. */
    public static final String DONE = "done";

    /**
     * One push that has ended.
     *
     * @param user who pushed
     * @param objectsOnly whether it was a part of a larger push, without commits
     * @param head where it left the branch; empty where it did not get so far
     * @param phases milliseconds by phase, in order
     */
    public record PushRecord(String user, String branch, boolean objectsOnly, Instant started, double millis,
            String outcome, Optional<Sha256> head, long stored, long skipped, long commits,
            Map<String, Double> phases) { }

    private PushRows() {
    }

    /** Adds a row, and removes the oldest ones beyond {@link #KEPT}. */
    public static void add(Connection c, long repoId, long userId, PushRecord push) throws SQLException {
        Sql.of(c, """
                insert into pushes (repo_id, user_id, branch, objects_only, started_at, millis, outcome, head, stored,
                                    skipped, commits, phases, phase_millis)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
                .with(repoId, userId, push.branch(), push.objectsOnly(), push.started(), push.millis(), push.outcome(),
                        push.head(), push.stored(), push.skipped(), push.commits())
                .array("text", push.phases().keySet())
                .array("float8", push.phases().values())
                .update();
        forget(c, repoId);
    }

    private static void forget(Connection c, long repoId) throws SQLException {
        Sql.of(c, """
                delete from pushes where repo_id = ? and id <= (
                    select id from pushes where repo_id = ? order by id desc offset ? limit 1)
                """).with(repoId, repoId, KEPT).update();
    }

    /** The number of the latest push; 0 where there is none. */
    public static long last(Connection c, long repoId) throws SQLException {
        return Sql.of(c, "select id from pushes where repo_id = ? order by id desc limit 1").with(repoId)
                .first(r -> r.getLong(1)).orElse(0L);
    }

    /** The latest pushes, newest first. */
    public static List<PushRecord> latest(Connection c, long repoId, int limit) throws SQLException {
        return Sql.of(c, """
                select u.name, p.branch, p.objects_only, p.started_at, p.millis, p.outcome, p.head, p.stored,
                       p.skipped, p.commits, p.phases, p.phase_millis
                from pushes p join users u on u.id = p.user_id
                where p.repo_id = ? order by p.id desc limit ?
                """).with(repoId, limit)
                .list(r -> new PushRecord(r.getString(1), r.getString(2), r.getBoolean(3), Sql.time(r, 4),
                        r.getDouble(5), r.getString(6), Sql.optionalId(r, 7), r.getLong(8), r.getLong(9),
                        r.getLong(10), phases(r.getArray(11), r.getArray(12))));
    }

    private static Map<String, Double> phases(Array names, Array millis) throws SQLException {
        String[] name = (String[]) names.getArray();
        Double[] milli = (Double[]) millis.getArray();
        Map<String, Double> phases = new LinkedHashMap<>();
        for (int i = 0; i < name.length; i++) {
            phases.put(name[i], milli[i]);
        }
        return phases;
    }
}
