package dev.musehub.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.wire.Frame;
import dev.musehub.jobs.JobRows.Job;
import dev.musehub.testing.Await;
import dev.musehub.testing.History;
import dev.musehub.testing.MemoryStore;
import dev.musehub.testing.PushFixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The queue and its worker, on a real PostgreSQL and a clock that tests turn. */
@Tag("T5")
class QueueT5Test {

    private static final JobLease.LeasedWork NOTHING = _ -> { };
    /** Workers of these tests wake by being told, or not at all. */
    private static final Duration NEVER = Duration.ofHours(1);
    private static final int KINDS = JobKind.values().length;

    private static PushFixture bench;

    private volatile Instant now = Instant.parse("2026-03-16T12:00:00Z");
    private final List<String> log = new ArrayList<>();

    @BeforeAll
    static void open() {
        bench = new PushFixture(new MemoryStore());
        // Counts the statements that insert jobs, however many rows each brings.
        bench.sql("""
                create table seen (statements int not null);
                insert into seen values (0);
                create function note() returns trigger language plpgsql as
                    'begin update seen set statements = statements + 1; return null; end';
                create trigger note after insert on jobs for each statement execute function note()
                """);
    }

    @AfterAll
    static void close() {
        bench.close();
    }

    @BeforeEach
    void empty() {
        bench.sql("delete from jobs; delete from insights; update seen set statements = 0");
        bench.afterPush(_ -> { });
    }

    private Worker worker(Worker.JobWork work) {
        return new Worker(bench.pool(), () -> now, NEVER, work, log::add, (kind, outcome, nanos) -> { });
    }

    private void enqueue() throws SQLException {
        worker((_, _, _) -> NOTHING).enqueue(bench.repository().id());
    }

    private static void runAll(Worker worker) {
        while (worker.runNext()) {
            // Until nothing is due.
        }
    }

    /** Takes the next job as a worker of another hub would. */
    private Job take() throws SQLException {
        try (Connection c = bench.pool().acquire("test")) {
            return JobRows.take(c, now, now.minus(Worker.LEASE)).orElseThrow();
        }
    }

    @Test
    void enqueueingIsOneStatementAndIdempotentWhilePending() throws SQLException {
        enqueue();
        assertEquals(1, bench.count("from seen where statements = 1"));
        enqueue();
        assertEquals(KINDS, bench.count("from jobs"));
        List<JobKind> run = new ArrayList<>();
        runAll(worker((kind, _, _) -> {
            run.add(kind);
            return NOTHING;
        }));
        assertEquals(List.of(JobKind.values()), run);
        assertEquals(0, bench.count("from jobs"));
    }

    @Test
    void aPushDuringAJobIsCountedAfterwards() throws SQLException {
        enqueue();
        AtomicInteger runs = new AtomicInteger();
        runAll(worker((kind, _, _) -> {
            if (kind == JobKind.LANGUAGES && runs.incrementAndGet() == 1) {
                enqueue();
            }
            return NOTHING;
        }));
        assertEquals(2, runs.get());
    }

    @Test
    void twoWorkersNeverRunOneJobAtOnce() throws Exception {
        enqueue();
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Worker slow = worker((_, _, _) -> {
            inside.countDown();
            await(release);
            return NOTHING;
        });
        Thread thread = Thread.ofVirtual().start(slow::runNext);
        inside.await();
        List<JobKind> others = new ArrayList<>();
        Worker quick = worker((kind, _, _) -> {
            others.add(kind);
            return NOTHING;
        });
        // A newer job of the same kind must wait for the running one.
        enqueue();
        runAll(quick);
        assertFalse(others.contains(JobKind.LANGUAGES));
        assertEquals(KINDS - 1, others.size());
        assertEquals(List.of(), log);
        release.countDown();
        thread.join();
        assertTrue(quick.runNext());
        assertEquals(JobKind.LANGUAGES, others.getLast());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void manyWorkersShareAQueueWithoutDoingAnythingTwice() throws Exception {
        for (int i = 0; i < 10; i++) {
            worker((_, _, _) -> NOTHING).enqueue(bench.another("shared" + i).id());
        }
        List<String> run = new CopyOnWriteArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Worker one = worker((kind, repo, _) -> {
                run.add(repo + " " + kind);
                return NOTHING;
            });
            threads.add(Thread.ofVirtual().start(() -> runAll(one)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        // The profile may be asked for again by an activity that ends after it.
        List<String> counted = run.stream().filter(job -> !job.endsWith("PROFILE")).toList();
        assertEquals(10 * (KINDS - 1), counted.size());
        assertEquals(counted.size(), counted.stream().distinct().count());
        assertEquals(0, bench.count("from jobs"));
    }

    @Test
    void whatKeepsFailingIsTriedWithGrowingPausesThenParkedAndOthersGoOn() throws SQLException {
        enqueue();
        AtomicInteger tries = new AtomicInteger();
        AtomicInteger others = new AtomicInteger();
        Worker worker = worker((kind, _, _) -> {
            if (kind == JobKind.CHURN) {
                tries.incrementAndGet();
                throw new IllegalStateException("always");
            }
            others.incrementAndGet();
            return NOTHING;
        });
        for (int attempt = 1; attempt <= Worker.ATTEMPTS; attempt++) {
            runAll(worker);
            assertEquals(attempt, tries.get());
            now = now.plus(Duration.ofSeconds(9 * (1L << 2 * (attempt - 1))));
            assertFalse(worker.runNext(), "too early");
            now = now.plus(Duration.ofSeconds(7 * (1L << 2 * (attempt - 1))));
        }
        assertFalse(worker.runNext());
        assertEquals(KINDS - 1, others.get());
        assertEquals(1, bench.count("from jobs where state = 'parked' and error = 'always'"));
    }

    @Test
    void aParkedJobIsReplacedByTheNextAndGoneOnceItSucceeds() throws SQLException {
        Worker failing = worker((_, _, _) -> {
            throw new IllegalStateException("no");
        });
        for (int push = 0; push < 2; push++) {
            enqueue();
            bench.sql("update jobs set attempts = " + (Worker.ATTEMPTS - 1) + " where state = 'pending'");
            runAll(failing);
            assertEquals(KINDS, bench.count("from jobs where state = 'parked'"));
        }
        enqueue();
        runAll(worker((_, _, _) -> NOTHING));
        assertEquals(0, bench.count("from jobs"));
    }

    @Test
    void aFatalErrorInAKindEndsNeitherTheWorkerNorTheOthers() throws SQLException {
        enqueue();
        AtomicInteger others = new AtomicInteger();
        runAll(worker((kind, _, _) -> {
            if (kind == JobKind.LANGUAGES) {
                throw new OutOfMemoryError("pretended");
            }
            others.incrementAndGet();
            return NOTHING;
        }));
        assertEquals(KINDS - 1, others.get());
        assertEquals(1, bench.count("from jobs where state = 'pending' and attempts = 1 and error = 'pretended'"));
    }

    @Test
    void aPushWhileAJobFailsLeavesOneOfItsKind() throws SQLException {
        enqueue();
        Worker worker = worker((_, _, _) -> {
            enqueue();
            throw new IllegalStateException("no");
        });
        assertTrue(worker.runNext());
        assertEquals(1, bench.count("from jobs where kind = 'languages'"));
        assertEquals(1, bench.count("from jobs where kind = 'languages' and state = 'pending' and attempts = 0"));
    }

    @Test
    void aJobWhoseHubDiedIsTakenOver() throws SQLException {
        enqueue();
        Job lost = take();
        List<JobKind> run = new ArrayList<>();
        Worker worker = worker((kind, _, _) -> {
            run.add(kind);
            return NOTHING;
        });
        runAll(worker);
        assertFalse(run.contains(JobKind.LANGUAGES));
        now = now.plus(Worker.LEASE).plusSeconds(1);
        runAll(worker);
        assertEquals("languages", lost.kind());
        assertEquals(JobKind.LANGUAGES, run.getLast());
    }

    @Test
    void aJobThatKillsItsHubEachTimeIsParked() throws SQLException {
        enqueue();
        for (int death = 0; death < Worker.ATTEMPTS; death++) {
            assertEquals("languages", take().kind());
            now = now.plus(Worker.LEASE).plusSeconds(1);
        }
        AtomicInteger runs = new AtomicInteger();
        runAll(worker((kind, _, _) -> {
            runs.addAndGet(kind == JobKind.LANGUAGES ? 1 : 0);
            return NOTHING;
        }));
        assertEquals(0, runs.get());
        assertEquals(1, bench.count("from jobs where state = 'parked' and kind = 'languages'"));
    }

    @Test
    void aLongJobThatShowsLifeIsNotTakenOver() throws SQLException {
        enqueue();
        AtomicInteger taken = new AtomicInteger();
        Worker worker = worker((kind, _, turn) -> {
            for (int page = 0; kind == JobKind.LANGUAGES && page < 10; page++) {
                now = now.plus(Worker.LEASE.dividedBy(2));
                turn.renew();
                try (Connection c = bench.pool().acquire("test")) {
                    Optional<Job> other = JobRows.take(c, now, now.minus(Worker.LEASE));
                    taken.addAndGet(other.filter(job -> job.kind().equals("languages")).isPresent() ? 1 : 0);
                }
            }
            return NOTHING;
        });
        assertTrue(worker.runNext());
        assertEquals(0, taken.get());
        assertEquals(0, bench.count("from jobs where kind = 'languages'"));
    }

    @Test
    void whoWasTakenForDeadWritesNothingAndRemovesNothing() throws SQLException {
        enqueue();
        AtomicInteger writes = new AtomicInteger();
        Worker worker = worker((_, _, _) -> {
            now = now.plus(Worker.LEASE).plusSeconds(1);
            take();
            return _ -> writes.incrementAndGet();
        });
        assertTrue(worker.runNext());
        assertEquals(0, writes.get());
        assertEquals(1, bench.count("from jobs where kind = 'languages' and state = 'running' and attempts = 2"));
    }

    @Test
    void anActivityThatWasLateAsksForTheProfileAgain() throws SQLException {
        enqueue();
        AtomicInteger tries = new AtomicInteger();
        List<JobKind> run = new ArrayList<>();
        Worker worker = worker((kind, _, _) -> {
            if (kind == JobKind.ACTIVITY && tries.incrementAndGet() == 1) {
                throw new IllegalStateException("once");
            }
            run.add(kind);
            return NOTHING;
        });
        runAll(worker);
        now = now.plus(Duration.ofMinutes(1));
        runAll(worker);
        assertEquals(List.of(JobKind.ACTIVITY, JobKind.PROFILE), run.subList(run.size() - 2, run.size()));
    }

    @Test
    void aPushWakesTheWorker() throws Exception {
        CountDownLatch all = new CountDownLatch(KINDS);
        Worker worker = worker((_, _, _) -> {
            all.countDown();
            return NOTHING;
        });
        try (worker) {
            worker.start();
            bench.afterPush(worker::enqueue);
            bench.push(History.line("wakes", 2).push("wakes"));
            all.await();
        }
    }

    @Test
    void aWorkerStopsInTheMiddleOfAJobWhichGoesBackToTheQueue() throws Exception {
        enqueue();
        CountDownLatch inside = new CountDownLatch(1);
        Worker worker = worker((_, _, turn) -> {
            inside.countDown();
            while (true) {
                turn.renew();
                Await.pause();
            }
        });
        worker.start();
        inside.await();
        worker.close();
        assertEquals(KINDS, bench.count("from jobs where state = 'pending' and attempts = 0"));
    }

    @Test
    void anIdleWorkerStopsWithoutWaitingForItsPoll() throws Exception {
        CountDownLatch ran = new CountDownLatch(1);
        Worker worker = worker((_, _, _) -> {
            ran.countDown();
            return NOTHING;
        });
        worker.enqueue(bench.repository().id());
        worker.start();
        ran.await();
        // Left waiting for its poll, it would take an hour, which is beyond the time limit of a test.
        worker.close();
    }

    @Test
    void aPushEnqueuesAfterItsBranchHasMovedAndOnlyThen() {
        History history = History.line("moves", 2);
        List<Integer> heads = new ArrayList<>();
        bench.afterPush(_ -> heads.add(bench.heads().containsKey("moves") ? 1 : 0));
        Frame.Result first = bench.push(history.push("moves"));
        assertTrue(first.timing().containsKey("jobs"));
        Frame.Result second = bench.push(history.push("moves"));
        assertFalse(second.timing().containsKey("jobs"));
        assertEquals(List.of(1), heads);
    }

    @Test
    void aPushWhoseJobsCannotBeEnqueuedIsStillAPush() {
        bench.afterPush(_ -> {
            throw new SQLException("away");
        });
        History history = History.line("alone", 2);
        Frame.Result result = bench.push(history.push("alone"));
        assertEquals(Optional.of(history.head()), result.head());
        assertEquals(history.head(), bench.heads().get("alone"));
    }
}
