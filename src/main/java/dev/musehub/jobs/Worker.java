package dev.musehub.jobs;

import dev.musehub.core.rows.Pool;
import dev.musehub.jobs.JobRows.Job;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Runs the jobs of the queue in one virtual thread. Pushes to this hub wake it; every few seconds it also looks for
 * jobs from pushes to other hubs. A job that fails is tried again after growing pauses and is parked after the fifth
 * time. A job whose hub died is taken over.
 */
public final class Worker implements AutoCloseable {

    static final int ATTEMPTS = 5;
    /** Longer than a page of any kind takes, even if every statement runs until its timeout. */
    static final Duration LEASE = Duration.ofMinutes(5);
    private static final Duration RENEWAL = Duration.ofSeconds(20);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofSeconds(5);

    /** Computes a job, and returns what the transaction that removes the job writes; throws where the job fails. */
    interface JobWork {
        JobLease.LeasedWork run(JobKind kind, long repoId, JobLease lease) throws SQLException;
    }

    /** Called after each job. {@code outcome} is {@code done}, {@code left} or {@code failed}. */
    public interface Watch {
        void ran(String kind, String outcome, long nanos);
    }

    private final Pool pool;
    private final InstantSource clock;
    private final Duration poll;
    private final JobWork work;
    private final Consumer<String> log;
    private final Watch watch;
    private final Semaphore nudges = new Semaphore(0);
    private volatile boolean closed;
    private Thread thread;

    Worker(Pool pool, InstantSource clock, Duration poll, JobWork work, Consumer<String> log, Watch watch) {
        this.pool = pool;
        this.clock = clock;
        this.poll = poll;
        this.work = work;
        this.log = log;
        this.watch = watch;
    }

    /** Starts a worker on the queue in {@code pool}'s database; {@code log} gets the failures. */
    public static Worker start(Pool pool, Consumer<String> log, Watch watch) {
        return new Worker(pool, InstantSource.system(), POLL, new Insights(pool)::run, log, watch).start();
    }

    Worker start() {
        thread = Thread.ofVirtual().name("jobs").start(this::loop);
        return this;
    }

    /** Enqueues all kinds for a repository, in one statement, and wakes the worker. */
    public void enqueue(long repoId) throws SQLException {
        try (Connection c = pool.acquire("jobs")) {
            JobRows.enqueue(c, repoId, JobKind.texts(), clock.instant());
        } catch (SQLException | RuntimeException e) {
            log.accept("jobs of repository " + repoId + " could not be enqueued; the next push enqueues them: " + e);
            throw e;
        }
        nudges.release();
    }

    private void loop() {
        try {
            while (!closed) {
                if (!runNext()) {
                    nudges.tryAcquire(poll.toMillis(), TimeUnit.MILLISECONDS);
                    nudges.drainPermits();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Runs one job that is due; false where there is none, or the database is away. */
    boolean runNext() {
        try {
            Instant now = clock.instant();
            Optional<Job> job;
            try (Connection c = pool.acquire("jobs")) {
                job = JobRows.take(c, now, now.minus(LEASE));
            }
            if (job.isPresent()) {
                run(job.get());
            }
            return job.isPresent();
        } catch (SQLException | RuntimeException e) {
            log.accept("jobs: " + e);
            return false;
        }
    }

    private void run(Job job) throws SQLException {
        Optional<JobKind> kind = JobKind.ofText(job.kind());
        long start = System.nanoTime();
        String outcome = "failed";
        try {
            if (job.attempts() > ATTEMPTS) {
                throw new IllegalStateException("the hub died in each attempt");
            }
            JobLease.LeasedWork result = kind.isPresent()
                    ? work.run(kind.get(), job.repoId(), new HeldLease(job)) : _ -> { };
            finish(job, kind, result);
            outcome = "done";
        } catch (JobLease.Ended e) {
            outcome = "left";
            log.accept("job " + job.kind() + " of repository " + job.repoId() + " left: " + e.getMessage());
            try (Connection c = pool.acquire("jobs")) {
                JobRows.release(c, job, clock.instant());
            }
        } catch (SQLException | RuntimeException | Error e) {
            // Errors too: one repository that is too large for the heap must not end the counting of all others.
            fail(job, e);
        } finally {
            watch.ran(kind.map(JobKind::text).orElse("unknown"), outcome, System.nanoTime() - start);
        }
    }

    /** One transaction writes the result and removes the job. */
    private void finish(Job job, Optional<JobKind> kind, JobLease.LeasedWork result) throws SQLException {
        try (Connection c = pool.acquire("jobs.done")) {
            c.setAutoCommit(false);
            if (!JobRows.done(c, job)) {
                throw new JobLease.Ended("another worker has it");
            }
            result.write(c);
            if (kind.equals(Optional.of(JobKind.ACTIVITY))) {
                // The profile is computed from it, and may have run while this job waited for another attempt.
                JobRows.enqueue(c, job.repoId(), List.of(JobKind.PROFILE.text()), clock.instant());
            }
            c.commit();
        }
    }

    private void fail(Job job, Throwable e) throws SQLException {
        boolean parked = job.attempts() >= ATTEMPTS;
        log.accept("job " + job.kind() + " of repository " + job.repoId() + " failed (attempt " + job.attempts()
                + (parked ? ", parked)" : ")") + ": " + e);
        String error = String.valueOf(e.getMessage()).replace('\0', ' ');
        try (Connection c = pool.acquire("jobs")) {
            if (parked) {
                c.setAutoCommit(false);
                JobRows.park(c, job, error);
                c.commit();
            } else {
                JobRows.retry(c, job, error, clock.instant().plus(pause(job.attempts())));
            }
        }
    }

    /** 10 s, 40 s, 160 s, ..., and a random half more, so that jobs that failed together do not return together. */
    static Duration pause(int attempts) {
        long millis = FIRST_PAUSE.toMillis() << 2 * (attempts - 1);
        return Duration.ofMillis(millis + ThreadLocalRandom.current().nextLong(millis / 2 + 1));
    }

    /** The lease of a job taken from the queue. Confined to the worker's thread. */
    private final class HeldLease implements JobLease {
        private final Job job;
        private Instant renewed = clock.instant();

        HeldLease(Job job) {
            this.job = job;
        }

        @Override
        public void renew() throws SQLException {
            if (closed) {
                throw new Ended("the hub stops");
            }
            if (!clock.instant().isBefore(renewed.plus(RENEWAL))) {
                write(_ -> { });
            }
        }

        @Override
        public void write(LeasedWork part) throws SQLException {
            try (Connection c = pool.acquire("jobs.part")) {
                c.setAutoCommit(false);
                renewed = clock.instant();
                if (!JobRows.keep(c, job, renewed)) {
                    throw new Ended("another worker has it");
                }
                part.write(c);
                c.commit();
            }
        }
    }

    /** Stops the worker. A running job ends at its next page and goes back to the queue. */
    @Override
    public void close() {
        closed = true;
        nudges.release();
        try {
            if (thread != null) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
