package dev.musehub.testing;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.BranchRows;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.ops.Collect;
import dev.musehub.ops.Fsck;
import java.io.ByteArrayInputStream;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Pushes that race collections at grace zero. Each pusher has a branch of its own, pushes to it, now and then deletes
 * it, and pushes the same few objects again, which are tombstones just then. After each push all that its head reaches
 * must be there, byte for byte.
 */
public final class GcRaces {

    /** What came of a run; {@code retries} are pushes that were refused as retryable and tried again. */
    public record Outcome(int pushes, int retries, int collections, List<String> violations) { }

    private static final int ATTEMPTS = 200;

    private GcRaces() {
    }

    /** Runs {@code rounds} pushes in each of {@code pushers} threads beside one collector. */
    public static Outcome run(PushFixture bench, ObjectStore store, Duration rowOnItsWay, int pushers, int rounds,
            long seed) throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger pushes = new AtomicInteger();
        AtomicInteger retries = new AtomicInteger();
        AtomicInteger collections = new AtomicInteger();
        List<String> violations = new CopyOnWriteArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> collector = threads.submit(() -> {
                Collect collect = new Collect(bench.pool(), store, rowOnItsWay);
                do {
                    collect.run(Duration.ZERO);
                    collections.incrementAndGet();
                } while (!done.get());
                return null;
            });
            List<Future<?>> running = new ArrayList<>();
            for (int p = 0; p < pushers; p++) {
                int pusher = p;
                running.add(threads.submit(() -> {
                    Random random = new Random(seed + pusher);
                    Repository repository = bench.another("race" + pusher);
                    for (int round = 0; round < rounds; round++) {
                        one(bench, store, repository, random, retries, violations);
                        pushes.incrementAndGet();
                    }
                    return null;
                }));
            }
            for (Future<?> pusher : running) {
                pusher.get();
            }
            done.set(true);
            collector.get();
        }
        Fsck.FsckReport report = new Fsck(bench.pool(), store, new Fsck.FsckOptions(true, false), _ -> { }).run();
        report.findings().forEach(f -> violations.add("fsck: " + f));
        return new Outcome(pushes.get(), retries.get(), collections.get(), List.copyOf(violations));
    }

    private static void one(PushFixture bench, ObjectStore store, Repository repository, Random random,
            AtomicInteger retries, List<String> violations) throws Exception {
        History history = new History();
        for (int commit = random.nextInt(3); commit >= 0; commit--) {
            Map<String, String> files = new TreeMap<>();
            for (int file = random.nextInt(6); file >= 0; file--) {
                // Few contents, used by all: whatever one branch drops, another takes up.
                files.put("f" + random.nextInt(8), "content " + random.nextInt(24));
            }
            files.put("n", "commit " + random.nextInt(1000));
            history.commit("c" + random.nextInt(1000), files);
        }
        byte[] stream = History.bytes(history.push("main"));
        for (int attempt = 1; ; attempt++) {
            try (Connection c = bench.pool().acquire("test"); Statement s = c.createStatement()) {
                s.execute("delete from branches where repo_id = " + repository.id());
            }
            try {
                bench.push(repository, new ByteArrayInputStream(stream));
                break;
            } catch (Problem e) {
                if (!e.code().retryable() && e.code() != Problem.Code.UNKNOWN_PARENT || attempt == ATTEMPTS) {
                    violations.add("push: " + e.code() + " " + e.getMessage());
                    return;
                }
                retries.incrementAndGet();
            }
        }
        Map<String, Sha256> heads;
        try (Connection c = bench.pool().acquire("test")) {
            heads = BranchRows.heads(c, repository.id());
        }
        if (!history.head().equals(heads.get("main"))) {
            violations.add("an acknowledged push is not the head");
        }
        try {
            Audit.of(bench.pool(), store, repository.id());
        } catch (RuntimeException | AssertionError e) {
            violations.add("ghost after an acknowledged push: " + e);
        }
    }
}
