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
 * Runs the queue: one virtual thread, woken by pushes to this hub and every few seconds for those to others. A job that
 * fails is tried again with growing pauses, and parked after the fifth time; one whose hub died is taken over.
 */
public final class Worker implements AutoCloseable {

    static final int ATTEMPTS = 5;
    /** Longer than a page of any kind takes with every statement at its timeout. */
    static final Duration LEASE = Duration.ofMinutes(5);
    private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(20);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofSeconds(5);

    /** What a job does; throws to fail. Returns what is to be written in the transaction that removes the job. */
    interface JobWork {
        JobLease.LeasedWork run(JobKind kind, long repoId, JobLease turn) throws SQLException;
    }

    /**
     * Told of each job that was run: how it ended, {@code done}, {@code left} or {@code failed}, and how long it took.
     */
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

    /** Starts working on the queue of {@code pool}'s database; failures are told to {@code log}. */
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
            log.accept("jobs of repository " + repoId + " not enqueued, the next push will: " + e);
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
                throw new IllegalStateException("its hub died each time");
            }
            JobLease.LeasedWork result = kind.isPresent() ? work.run(kind.get(), job.repoId(), new HeldLease(job)) : _ -> { };
            finish(job, kind, result);
            outcome = "done";
        } catch (JobLease.Over e) {
            outcome = "left";
            log.accept("job " + job.kind() + " of repository " + job.repoId() + " left: " + e.getMessage());
            try (Connection c = pool.acquire("jobs")) {
                JobRows.release(c, job, clock.instant());
            }
        } catch (SQLException | RuntimeException | Error e) {
            // An Error too: one repository too large for the heap must not end the counting of all others.
            fail(job, e);
        } finally {
            watch.ran(kind.map(JobKind::text).orElse("unknown"), outcome, System.nanoTime() - start);
        }
    }

    /** The result appears and the job goes in one transaction, or neither. */
    private void finish(Job job, Optional<JobKind> kind, JobLease.LeasedWork result) throws SQLException {
        try (Connection c = pool.acquire("jobs.done")) {
            c.setAutoCommit(false);
            if (!JobRows.done(c, job)) {
                throw new JobLease.Over("another worker has it");
            }
            result.write(c);
            if (kind.equals(Optional.of(JobKind.ACTIVITY))) {
                // The profile is made of it, and may have run while this one waited for another try.
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

    /** 10 s, 40 s, 160 s, ...; up to a half more, so that what failed together does not come back together. */
    static Duration pause(int attempts) {
        long millis = FIRST_PAUSE.toMillis() << 2 * (attempts - 1);
        return Duration.ofMillis(millis + ThreadLocalRandom.current().nextLong(millis / 2 + 1));
    }

    /** The turn at a job taken from the queue. Confined to the worker's thread. */
    private final class HeldLease implements JobLease {
        private final Job job;
        private Instant shown = clock.instant();

        HeldLease(Job job) {
            this.job = job;
        }

        @Override
        public void keep() throws SQLException {
            if (closed) {
                throw new Over("the hub stops");
            }
            if (!clock.instant().isBefore(shown.plus(SIGN_OF_LIFE))) {
                write(_ -> { });
            }
        }

        @Override
        public void write(LeasedWork part) throws SQLException {
            try (Connection c = pool.acquire("jobs.part")) {
                c.setAutoCommit(false);
                shown = clock.instant();
                if (!JobRows.keep(c, job, shown)) {
                    throw new Over("another worker has it");
                }
                part.write(c);
                c.commit();
            }
        }
    }

    /** Ends within a page of the job that is running, which goes back to the queue. */
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
