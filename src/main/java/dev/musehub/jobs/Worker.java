package dev.musehub.jobs;

import dev.musehub.db.JobRows;
import dev.musehub.db.JobRows.Job;
import dev.musehub.db.Pool;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
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
    static final Duration LEASE = Duration.ofMinutes(10);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofSeconds(5);

    /** What a job does; throws to fail. */
    interface Work {
        void run(Kind kind, long repoId) throws SQLException;
    }

    private final Pool pool;
    private final InstantSource clock;
    private final Work work;
    private final Consumer<String> log;
    private final Semaphore nudges = new Semaphore(0);
    private volatile boolean closed;
    private Thread thread;

    Worker(Pool pool, InstantSource clock, Work work, Consumer<String> log) {
        this.pool = pool;
        this.clock = clock;
        this.work = work;
        this.log = log;
    }

    /** Starts working on the queue of {@code pool}'s database; failures are told to {@code log}. */
    public static Worker start(Pool pool, Consumer<String> log) {
        Worker worker = new Worker(pool, InstantSource.system(), new Insights(pool)::run, log);
        worker.thread = Thread.ofVirtual().name("jobs").start(worker::loop);
        return worker;
    }

    /** Enqueues all kinds for a repository, in one statement, and wakes the worker. */
    public void enqueue(long repoId) throws SQLException {
        try (Connection c = pool.acquire("jobs")) {
            JobRows.enqueue(c, repoId, Kind.texts(), clock.instant());
        }
        nudges.release();
    }

    private void loop() {
        try {
            while (!closed) {
                if (!runNext()) {
                    nudges.tryAcquire(POLL.toMillis(), TimeUnit.MILLISECONDS);
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
            if (!closed) {
                log.accept("jobs: " + e.getMessage());
            }
            return false;
        }
    }

    private void run(Job job) throws SQLException {
        try {
            Optional<Kind> kind = Kind.ofText(job.kind());
            if (kind.isPresent()) {
                work.run(kind.get(), job.repoId());
            }
            try (Connection c = pool.acquire("jobs")) {
                JobRows.done(c, job);
            }
        } catch (SQLException | RuntimeException e) {
            if (closed) {
                return;
            }
            Optional<Instant> retry = job.attempts() >= ATTEMPTS ? Optional.empty()
                    : Optional.of(clock.instant().plus(pause(job.attempts())));
            log.accept("job " + job.kind() + " of repository " + job.repoId() + " failed (attempt " + job.attempts()
                    + (retry.isPresent() ? ")" : ", parked)") + ": " + e);
            try (Connection c = pool.acquire("jobs")) {
                JobRows.failed(c, job, String.valueOf(e.getMessage()).replace('\0', ' '), retry);
            }
        }
    }

    /** 10 s, 40 s, 160 s, ...; up to a half more, so that what failed together does not come back together. */
    static Duration pause(int attempts) {
        long millis = FIRST_PAUSE.toMillis() << 2 * (attempts - 1);
        return Duration.ofMillis(millis + ThreadLocalRandom.current().nextLong(millis / 2 + 1));
    }

    /** Ends after the job that is running; what it did not finish is taken up at the next start. */
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
