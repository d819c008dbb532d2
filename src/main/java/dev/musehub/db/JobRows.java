package dev.musehub.db;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;

/** The queue of work that pushes leave behind. Times are the caller's, so that tests need not wait. */
public final class JobRows {

    /** @param attempts how often it was begun, this time included */
    public record Job(long repoId, long id, String kind, int attempts) { }

    private JobRows() {
    }

    /** Adds one job per kind, in one statement; kinds that are pending already stay as they are. */
    public static void enqueue(Connection c, long repoId, Collection<String> kinds, Instant now) throws SQLException {
        String sql = """
                insert into jobs (repo_id, kind, run_at) select ?, kind, ? from unnest(?::text[]) as kind
                on conflict (repo_id, kind) where state = 'pending' do nothing
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
     * over. No two run the same kind for one repository at a time.
     */
    public static Optional<Job> take(Connection c, Instant now, Instant lost) throws SQLException {
        String sql = """
                update jobs set state = 'running', locked_at = ?, attempts = attempts + 1
                where (repo_id, id) = (
                    select j.repo_id, j.id from jobs j
                    where (j.state = 'pending' and j.run_at <= ? or j.state = 'running' and j.locked_at < ?)
                      and not exists (select from jobs other
                                      where other.repo_id = j.repo_id and other.kind = j.kind and other.id <> j.id
                                        and other.state = 'running' and other.locked_at >= ?)
                    order by j.id limit 1 for update skip locked)
                returning repo_id, id, kind, attempts
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setTimestamp(1, Timestamp.from(now));
            s.setTimestamp(2, Timestamp.from(now));
            s.setTimestamp(3, Timestamp.from(lost));
            s.setTimestamp(4, Timestamp.from(lost));
            try (ResultSet r = s.executeQuery()) {
                return r.next() ? Optional.of(new Job(r.getLong(1), r.getLong(2), r.getString(3), r.getInt(4)))
                        : Optional.empty();
            }
        }
    }

    /** Removes a job that is done. */
    public static void done(Connection c, Job job) throws SQLException {
        try (PreparedStatement s = c.prepareStatement("delete from jobs where repo_id = ? and id = ?")) {
            s.setLong(1, job.repoId());
            s.setLong(2, job.id());
            s.executeUpdate();
        }
    }

    /** Puts a failed job back for later, or aside for good; where a newer one waits already, this one just goes. */
    public static void failed(Connection c, Job job, String error, Optional<Instant> retryAt) throws SQLException {
        String sql = """
                with gone as (
                    delete from jobs where repo_id = ? and id = ? and exists (
                        select from jobs newer where newer.repo_id = jobs.repo_id and newer.kind = jobs.kind
                                                 and newer.state = 'pending')
                    returning id
                )
                update jobs set state = ?, run_at = coalesce(?, run_at), error = ?, locked_at = null
                where repo_id = ? and id = ? and not exists (select from gone)
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, job.repoId());
            s.setLong(2, job.id());
            s.setString(3, retryAt.isPresent() ? "pending" : "parked");
            s.setTimestamp(4, retryAt.map(Timestamp::from).orElse(null));
            s.setString(5, error);
            s.setLong(6, job.repoId());
            s.setLong(7, job.id());
            s.executeUpdate();
        }
    }
}
