package dev.musehub.jobs;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The queue of work that pushes leave behind. Times are the caller's, so that tests need not wait. */
public final class JobRows {

    private static final String UNIQUE_VIOLATION = "23505";

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
        String sql = """
                insert into jobs (repo_id, kind, run_at) select ?, kind, ? from unnest(?::text[]) as kind
                on conflict (kind, repo_id) where state = 'pending' do nothing
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            s.setTimestamp(2, Timestamp.from(now));
            s.setArray(3, c.createArrayOf("text", kinds.toArray()));
            s.executeUpdate();
        }
    }

    /**
     * Takes the next job that is due, or whose worker was last heard of before {@code lost}; other workers pass it
     * over. While one kind runs for a repository, a newer job of that kind waits.
     */
    public static Optional<Job> take(Connection c, Instant now, Instant lost) throws SQLException {
        String sql = """
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
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setTimestamp(1, Timestamp.from(now));
            s.setTimestamp(2, Timestamp.from(lost));
            s.setTimestamp(3, Timestamp.from(now));
            try (ResultSet r = s.executeQuery()) {
                return r.next() ? Optional.of(new Job(r.getLong(1), r.getLong(2), r.getString(3), r.getInt(4)))
                        : Optional.empty();
            }
        }
    }

    /** How many jobs there are, by state. */
    public static Map<String, Long> byState(Connection c) throws SQLException {
        Map<String, Long> counts = new TreeMap<>(Map.of("pending", 0L, "running", 0L, "parked", 0L));
        try (PreparedStatement s = c.prepareStatement("select state, count(*) from jobs group by state");
                ResultSet r = s.executeQuery()) {
            while (r.next()) {
                counts.put(r.getString(1), r.getLong(2));
            }
        }
        return counts;
    }

    /** Tells that the holder is alive; false where the job is no longer its own. Locks the row either way. */
    public static boolean keep(Connection c, Job job, Instant now) throws SQLException {
        String sql = """
                update jobs set locked_at = ? where repo_id = ? and id = ? and attempts = ? and state = 'running'
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setTimestamp(1, Timestamp.from(now));
            return only(s, 2, job);
        }
    }

    /** Removes a job that is done, and parked ones of its kind; false where it is no longer the holder's own. */
    public static boolean done(Connection c, Job job) throws SQLException {
        return delete(c, job) && dropParked(c, job);
    }

    private static boolean delete(Connection c, Job job) throws SQLException {
        String sql = "delete from jobs where repo_id = ? and id = ? and attempts = ? and state = 'running'";
        try (PreparedStatement s = c.prepareStatement(sql)) {
            return only(s, 1, job);
        }
    }

    private static boolean dropParked(Connection c, Job job) throws SQLException {
        String sql = "delete from jobs where repo_id = ? and kind = ? and state = 'parked'";
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, job.repoId());
            s.setString(2, job.kind());
            s.executeUpdate();
            return true;
        }
    }

    /** Puts a failed job back for later; where a newer one waits already, this one just goes. */
    public static void retry(Connection c, Job job, String error, Instant at) throws SQLException {
        String sql = """
                update jobs set state = 'pending', run_at = ?, error = ?, locked_at = null
                where repo_id = ? and id = ? and attempts = ? and state = 'running'
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setTimestamp(1, Timestamp.from(at));
            s.setString(2, error);
            only(s, 3, job);
        } catch (SQLException e) {
            if (!UNIQUE_VIOLATION.equals(e.getSQLState())) {
                throw e;
            }
            delete(c, job);
        }
    }

    /** Puts a job aside for good, in place of an older one of its kind. In one transaction of the caller's. */
    public static void park(Connection c, Job job, String error) throws SQLException {
        dropParked(c, job);
        String sql = """
                update jobs set state = 'parked', error = ?, locked_at = null
                where repo_id = ? and id = ? and attempts = ? and state = 'running'
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setString(1, error);
            only(s, 2, job);
        }
    }

    /** Gives back a job that its holder will not finish and that did not fail: the attempt does not count. */
    public static void release(Connection c, Job job, Instant now) throws SQLException {
        String sql = """
                update jobs set state = 'pending', run_at = ?, attempts = attempts - 1, locked_at = null
                where repo_id = ? and id = ? and attempts = ? and state = 'running'
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setTimestamp(1, Timestamp.from(now));
            only(s, 2, job);
        } catch (SQLException e) {
            if (!UNIQUE_VIOLATION.equals(e.getSQLState())) {
                throw e;
            }
            delete(c, job);
        }
    }

    /** Runs a statement whose last parameters name the job as its holder knows it; whether it still was. */
    private static boolean only(PreparedStatement s, int first, Job job) throws SQLException {
        s.setLong(first, job.repoId());
        s.setLong(first + 1, job.id());
        s.setInt(first + 2, job.attempts());
        return s.executeUpdate() == 1;
    }
}
