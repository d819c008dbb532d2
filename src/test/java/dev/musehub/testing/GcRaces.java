package dev.musehub.testing;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.BranchRows;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.store.DirectStore;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.Lease;
import dev.musehub.ops.Collect;
import dev.musehub.ops.Fsck;
import dev.musehub.s3.Confirm;
import dev.musehub.s3.Presigning;
import java.io.ByteArrayInputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
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
    public static Outcome run(PushFixture bench, ObjectStore store, int pushers, int rounds, long seed) throws Exception {
        Optional<Confirm> confirm = store.direct().map(direct -> new Confirm(bench.pool(), direct));
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger pushes = new AtomicInteger();
        AtomicInteger retries = new AtomicInteger();
        AtomicInteger collections = new AtomicInteger();
        List<String> violations = new CopyOnWriteArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> collector = threads.submit(() -> {
                Collect collect = new Collect(bench.pool(), store, Duration.ZERO);
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
                        one(bench, store, confirm, repository, random, retries, violations);
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

    private static void one(PushFixture bench, ObjectStore store, Optional<Confirm> confirm, Repository repository,
            Random random, AtomicInteger retries, List<String> violations) throws Exception {
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
        boolean direct = confirm.isPresent() && random.nextBoolean();
        List<Frame> frames = direct ? history.push(History.header("main", Optional.of(history.head()), false,
                new Lease.None()), List.of(), history.commits()) : history.push("main");
        // Small batches, so that a push writes several to a file.
        byte[] stream = History.bytes(random.nextBoolean() ? History.batches(frames, 1 + random.nextInt(3)) : frames);
        for (int attempt = 1; ; attempt++) {
            try (Connection c = bench.pool().acquire("test"); Statement s = c.createStatement()) {
                s.execute("delete from branches where repo_id = " + repository.id());
            }
            try {
                if (direct) {
                    putAndConfirm(store.direct().orElseThrow(), confirm.get(), repository, history, random);
                }
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
        audit(bench, store, repository, history, violations);
    }

    /** A direct push that is broken off now and then, and goes on with what it had put. */
    private static void putAndConfirm(DirectStore store, Confirm confirm, Repository repository, History history,
            Random random) throws Exception {
        UUID scope = Presigning.scope(repository);
        Set<Sha256> left = new LinkedHashSet<>(history.objects().keySet());
        for (int attempt = 0; !left.isEmpty(); attempt++) {
            if (attempt == ATTEMPTS) {
                throw new Problem(Problem.Code.BUSY, "never confirmed");
            }
            // As after a broken push: some are there from before.
            for (Sha256 id : left) {
                byte[] bytes = history.objects().get(id);
                if (attempt > 0 || random.nextInt(3) > 0) {
                    DirectPuts.put(store.put(scope, new DirectStore.Offer(id, bytes.length)), bytes);
                }
            }
            left.removeAll(confirm.run(repository, left, List.of()).confirmed());
        }
    }

    private static void audit(PushFixture bench, ObjectStore store, Repository repository, History history,
            List<String> violations) throws SQLException {
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
