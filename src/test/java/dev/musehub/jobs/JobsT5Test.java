package dev.musehub.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.db.InsightRows;
import dev.musehub.db.InsightRows.Insight;
import dev.musehub.model.Commit;
import dev.musehub.model.Sha256;
import dev.musehub.testing.History;
import dev.musehub.testing.MemoryStore;
import dev.musehub.testing.PushBench;
import dev.musehub.wire.Lease;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The queue and what it counts, on a real PostgreSQL and a clock that tests turn. */
class JobsT5Test {

    private final PushBench bench = new PushBench(new MemoryStore());
    private Instant now = Instant.parse("2026-03-16T12:00:00Z");

    @AfterEach
    void close() {
        bench.close();
    }

    private Worker worker(Worker.Work work) {
        return new Worker(bench.pool(), () -> now, work, _ -> { });
    }

    private void enqueue() throws SQLException {
        worker((_, _) -> { }).enqueue(bench.repository().id());
    }

    @Test
    void enqueueingIsOneStatementAndIdempotentWhilePending() throws SQLException {
        enqueue();
        enqueue();
        assertEquals(Kind.values().length, bench.count("from jobs"));
        List<Kind> run = new ArrayList<>();
        Worker worker = worker((kind, _) -> run.add(kind));
        while (worker.runNext()) {
            // Until the queue is empty.
        }
        assertEquals(List.of(Kind.values()), run);
        assertEquals(0, bench.count("from jobs"));
    }

    @Test
    void aPushDuringAJobIsCountedAfterwards() throws SQLException {
        enqueue();
        AtomicInteger runs = new AtomicInteger();
        Worker worker = worker((kind, _) -> {
            if (kind == Kind.LANGUAGES && runs.incrementAndGet() == 1) {
                enqueue();
            }
        });
        while (worker.runNext()) {
            // Until the queue is empty.
        }
        assertEquals(2, runs.get());
    }

    @Test
    void twoWorkersNeverRunOneJobAtOnce() throws Exception {
        enqueue();
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        List<Kind> first = new ArrayList<>();
        Worker slow = worker((kind, _) -> {
            first.add(kind);
            inside.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        Thread thread = Thread.ofVirtual().start(slow::runNext);
        inside.await();
        List<Kind> others = new ArrayList<>();
        Worker quick = worker((kind, _) -> others.add(kind));
        // A newer job of the same kind must wait for the running one.
        enqueue();
        while (quick.runNext()) {
            // Until only what the slow one holds is left.
        }
        assertFalse(others.contains(first.getFirst()));
        assertEquals(Kind.values().length - 1, others.size());
        release.countDown();
        thread.join();
        assertTrue(quick.runNext());
        assertEquals(first.getFirst(), others.getLast());
    }

    @Test
    void whatKeepsFailingIsTriedWithGrowingPausesThenParkedAndOthersGoOn() throws SQLException {
        enqueue();
        AtomicInteger tries = new AtomicInteger();
        AtomicInteger others = new AtomicInteger();
        Worker worker = worker((kind, _) -> {
            if (kind == Kind.CHURN) {
                tries.incrementAndGet();
                throw new IllegalStateException("always");
            }
            others.incrementAndGet();
        });
        for (int attempt = 1; attempt <= Worker.ATTEMPTS; attempt++) {
            while (worker.runNext()) {
                // Whatever is due.
            }
            assertEquals(attempt, tries.get());
            Duration longest = Worker.pause(attempt).multipliedBy(2);
            now = now.plus(longest);
        }
        assertFalse(worker.runNext());
        assertEquals(Kind.values().length - 1, others.get());
        assertEquals(1, bench.count("from jobs where state = 'parked' and error = 'always'"));
        enqueue();
        assertEquals(1, bench.count("from jobs where state = 'pending' and kind = 'churn'"));
    }

    @Test
    void aJobWhoseHubDiedIsTakenOver() throws SQLException {
        enqueue();
        bench.sql("update jobs set state = 'running', locked_at = '2026-03-16T12:00:00Z'");
        Worker worker = worker((_, _) -> { });
        assertFalse(worker.runNext());
        now = now.plus(Worker.LEASE).plusSeconds(1);
        assertTrue(worker.runNext());
    }

    @Test
    void aRunningWorkerStopsAtOnce() {
        Worker worker = Worker.start(bench.pool(), _ -> { });
        worker.close();
    }

    /** Counting on gives what counting anew would, whatever was pushed, moved back or forced. */
    @Test
    void countingOnGivesTheSameAsCountingFromTheBeginning() throws SQLException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Insights insights = new Insights(bench.pool());
        History history = History.line("start", 2);
        bench.push(history.push("main"));
        long repo = bench.repository().id();
        for (int round = 0; round < 8; round++) {
            List<Commit> commits = history.commits();
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                Sha256 parent = commits.get(random.nextInt(4) == 0 ? random.nextInt(commits.size()) : commits.size() - 1)
                        .id();
                List<Sha256> parents = new ArrayList<>(List.of(parent));
                Sha256 other = commits.get(random.nextInt(commits.size())).id();
                if (random.nextInt(3) == 0 && !other.equals(parent)) {
                    parents.add(other);
                }
                Map<String, String> files = new TreeMap<>();
                for (int f = random.nextInt(4); f > 0; f--) {
                    files.put("d/file" + random.nextInt(6) + List.of(".java", ".md", "").get(random.nextInt(3)),
                            "x".repeat(random.nextInt(50)) + random.nextInt(5));
                }
                history.commit("commit " + round + " " + n, parents, files);
            }
            bench.push(history.push(History.header("main", Optional.of(history.head()), true, new Lease.None()),
                    history.objects().keySet(), commits));
            Map<Kind, Insight> counted = run(insights, repo);
            bench.sql("delete from insights");
            assertEquals(run(insights, repo), counted, "seed " + seed + " round " + round);
            assertEquals(history.head(), counted.get(Kind.CHURN).head());
        }
    }

    private Map<Kind, Insight> run(Insights insights, long repo) throws SQLException {
        Map<Kind, Insight> results = new HashMap<>();
        for (Kind kind : Kind.values()) {
            insights.run(kind, repo);
            try (Connection c = bench.pool().acquire("test")) {
                results.put(kind, InsightRows.one(c, repo, kind.text()).orElseThrow());
            }
        }
        return results;
    }

    @Test
    void theNumbersAreThoseOfTheHistory() throws SQLException {
        History history = new History();
        history.commit("one", Map.of("a.java", "12345", "b.md", "1"));
        history.commit("two", Map.of("a.java", "1234567890"));
        bench.push(history.push("main"));
        Map<Kind, Insight> insights = run(new Insights(bench.pool()), bench.repository().id());
        assertEquals("{\"rows\":[{\"name\":\"java\",\"count\":10},{\"name\":\"md\",\"count\":1}]}",
                insights.get(Kind.LANGUAGES).value());
        assertEquals("{\"rows\":[{\"name\":\"a.java\",\"count\":2},{\"name\":\"b.md\",\"count\":1}]}",
                insights.get(Kind.CHURN).value());
        assertEquals("{\"rows\":[{\"name\":\"2026-03-16\",\"count\":16}]}", insights.get(Kind.GROWTH).value());
        assertEquals("{\"rows\":[{\"name\":\"2026-03-16\",\"count\":2}]}", insights.get(Kind.PROFILE).value());
        assertEquals("{\"rows\":[{\"name\":\"Ann\",\"count\":2,\"first\":\"2026-03-16\",\"last\":\"2026-03-16\"}]}",
                insights.get(Kind.CONTRIBUTORS).value());
        assertEquals("{\"rows\":[{\"name\":\"none\",\"count\":2}]}", insights.get(Kind.SIGNATURES).value());
    }
}
