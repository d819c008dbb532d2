package dev.musehub.testing.fuzz;

import dev.musehub.core.io.MemoryBudget;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.store.DiskStore;
import dev.musehub.testing.Audit;
import dev.musehub.testing.Scratch;
import dev.musehub.testing.TestDatabase;
import dev.musehub.testing.TestHub;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The long run: {@code make fuzz}. One input in twenty goes over real HTTP, the others straight into the push service,
 * on a heap of 256 MiB. Arguments: number of inputs, seed.
 */
public final class Fuzz {

    private static final int WORKERS = 2;
    private static final int HTTP_SHARE = 20;
    private static final int ROUND = 1_000;

    private Fuzz() {
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        int inputs = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
        long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : System.currentTimeMillis();
        Logger.getLogger("").setLevel(Level.WARNING);
        long start = System.nanoTime();
        List<String> violations = new ArrayList<>();
        try (Scratch scratch = new Scratch("fuzz");
                Pool pool = TestDatabase.pool(TestDatabase.freshUrl());
                DiskStore store = new DiskStore(scratch.directory().resolve("objects"));
                TestHub hub = new TestHub(scratch.directory().resolve("hub"))) {
            MemoryBudget budget = new MemoryBudget(64 << 20);
            List<PushFuzz> pushes = new ArrayList<>();
            for (int i = 0; i < WORKERS; i++) {
                pushes.add(new PushFuzz(pool, store, budget, "worker" + i, seed + i));
            }
            HttpFuzz http = new HttpFuzz(hub, seed);
            http.run(50);
            Leaks before = Leaks.now();
            System.out.printf(Locale.ROOT, "seed %d, %d inputs, heap %d MiB%n", seed, inputs,
                    Runtime.getRuntime().maxMemory() >> 20);
            for (int done = 0; done < inputs && violations.isEmpty(); done += WORKERS * ROUND) {
                List<Thread> running = new ArrayList<>();
                for (PushFuzz push : pushes) {
                    running.add(Thread.ofPlatform().start(() -> push.run(ROUND - ROUND / HTTP_SHARE)));
                }
                http.run(WORKERS * ROUND / HTTP_SHARE);
                for (Thread worker : running) {
                    worker.join();
                }
                violations.addAll(http.violations());
                pushes.forEach(push -> violations.addAll(push.violations()));
                if (done % 50_000 < WORKERS * ROUND) {
                    System.out.printf(Locale.ROOT, "%,d inputs after %.0f s%n", done + WORKERS * ROUND,
                            (System.nanoTime() - start) / 1e9);
                }
            }
            http.normalPush();
            violations.addAll(http.violations());
            // Both pools may have grown to their full size since.
            before.requireNoneSince(hub.hub().pool(), 2 * TestHub.CONNECTIONS);
            if (hub.log().contains("fault")) {
                violations.add("the hub's log tells of a fault");
            }
            pushes.forEach(push -> System.out.println("audit " + Audit.of(pool, store, push.repository().id())));
            Map<String, Integer> outcomes = new TreeMap<>(http.outcomes());
            pushes.forEach(push -> push.outcomes().forEach((what, n) -> outcomes.merge(what, n, Integer::sum)));
            outcomes.forEach((what, n) -> System.out.printf(Locale.ROOT, "  %-32s %,10d%n", what, n));
            System.out.printf(Locale.ROOT, "%,d inputs, %d violations, %.0f s%n",
                    outcomes.values().stream().mapToInt(Integer::intValue).sum(), violations.size(),
                    (System.nanoTime() - start) / 1e9);
        }
        violations.stream().distinct().forEach(System.out::println);
        System.exit(violations.isEmpty() ? 0 : 1);
    }
}
