package dev.musehub.jobs;

import dev.musehub.core.rows.Sql;
import dev.musehub.core.rows.SqlProblems;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The queue of work that pushes leave behind. Times are the caller's, so that tests need not wait. */
public final class JobRows {

    /**
     * A job that somebody has taken.
     *
     * @param attempts how often it was begun, this time included: proves that it was not taken from its holder since
     */
    public record Job(long repoId, long id, String kind, int attempts) { }

    private JobRows() {
    }

    /** Adds one job per kind, in one statement; kinds that are pending already stay as they are. */
    public static void enqueue(Connection c, long repoId, Collection<String> kinds, Instant now) throws SQLException {
        Sql.of(c, """
                insert into jobs (repo_id, kind, run_at) select ?, kind, ? from unnest(?::text[]) as kind
                on conflict (kind, repo_id) where state = 'pending' do nothing
                """).with(repoId, now).array("text", kinds).update();
    }

    /**
     * Takes the next job that is due, or whose worker was last heard of before {@code lost}; other workers pass it
     * over. While one kind runs for a repository, a newer job of that kind waits.
     */
    public static Optional<Job> take(Connection c, Instant now, Instant lost) throws SQLException {
        return Sql.of(c, """
                update jobs set state = 'running', locked_at = ?, attempts = attempts + 1
                where (repo_id, id) = (
                    select j.repo_id, j.id from jobs j
                    where j.state = 'running' and j.locked_at < ?
                       or j.state = 'pending' and j.run_at <= ?
                          and not exists (select from jobs other
                                          where other.repo_id = j.repo_id and other.kind = j.kind
                                            and other.state = 'running')
                    order by j.id limit 1 for update skip locked)
                returning repo_id, id, kind, attempts
                """).with(now, lost, now).first(r -> new Job(r.getLong(1), r.getLong(2), r.getString(3), r.getInt(4)));
    }

    /** How many jobs there are, by state. */
    public static Map<String, Long> byState(Connection c) throws SQLException {
        Map<String, Long> counts = new TreeMap<>(Map.of("pending", 0L, "running", 0L, "parked", 0L));
        Sql.of(c, "select state, count(*) from jobs group by state")
                .each(r -> counts.put(r.getString(1), r.getLong(2)));
        return counts;
    }

    /** Notes that the holder is alive; false where the job is no longer its own. Locks the row either way. */
    public static boolean keep(Connection c, Job job, Instant now) throws SQLException {
        return Sql.of(c, """
                update jobs set locked_at = ? where repo_id = ? and id = ? and attempts = ? and state = 'running'
                """).with(now, job.repoId(), job.id(), job.attempts()).update() == 1;
    }

    /** Removes a job that is done, and parked ones of its kind; false where it is no longer the holder's own. */
    public static boolean done(Connection c, Job job) throws SQLException {
        return delete(c, job) && dropParked(c, job);
    }

    private static boolean delete(Connection c, Job job) throws SQLException {
        return Sql.of(c, "delete from jobs where repo_id = ? and id = ? and attempts = ? and state = 'running'")
                .with(job.repoId(), job.id(), job.attempts()).update() == 1;
    }

    private static boolean dropParked(Connection c, Job job) throws SQLException {
        Sql.of(c, "delete from jobs where repo_id = ? and kind = ? and state = 'parked'").with(job.repoId(), job.kind())
                .update();
        return true;
    }

    /** Puts a failed job back for later; where a newer one waits already, this one is removed. */
    public static void retry(Connection c, Job job, String error, Instant at) throws SQLException {
        putBack(c, job, Sql.of(c, """
                update jobs set state = 'pending', run_at = ?, error = ?, locked_at = null
                where repo_id = ? and id = ? and attempts = ? and state = 'running'
                """).with(at, error, job.repoId(), job.id(), job.attempts()));
    }

    private static void putBack(Connection c, Job job, Sql update) throws SQLException {
        try {
            update.update();
        } catch (SQLException e) {
            if (!SqlProblems.is(e, SqlProblems.UNIQUE_VIOLATION)) {
                throw e;
            }
            delete(c, job);
        }
    }

    /** Puts a job aside for good, in place of an older one of its kind. In one transaction of the caller's. */
    public static void park(Connection c, Job job, String error) throws SQLException {
        dropParked(c, job);
        Sql.of(c, """
                update jobs set state = 'parked', error = ?, locked_at = null
                where repo_id = ? and id = ? and attempts = ? and state = 'running'
                """).with(error, job.repoId(), job.id(), job.attempts()).update();
    }

    /** Gives back a job that its holder will not finish and that did not fail: the attempt does not count. */
    public static void release(Connection c, Job job, Instant now) throws SQLException {
        putBack(c, job, Sql.of(c, """
                update jobs set state = 'pending', run_at = ?, attempts = attempts - 1, locked_at = null
                where repo_id = ? and id = ? and attempts = ? and state = 'running'
                """).with(now, job.repoId(), job.id(), job.attempts()));
    }
}
