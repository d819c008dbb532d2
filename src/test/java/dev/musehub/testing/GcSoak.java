package dev.musehub.testing;

import dev.musehub.core.store.DiskStore;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.s3.S3Store;
import java.time.Duration;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Part of {@code make soak}: collections without pause at grace zero beside racing pushes that re-use tombstones, and
 * in a bucket direct pushes that resume, for some seconds on each store. No file is too young to go. Prints what came out; exit code 1 where anything was lost.
 */
public final class GcSoak {

    private static final int PUSHERS = 4;
    private static final int ROUNDS = 50;

    private GcSoak() {
    }

    /** Arguments: seconds, seed. */
    public static void main(String[] arguments) throws Exception {
        long seconds = arguments.length > 0 ? Long.parseLong(arguments[0]) : 150;
        long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : System.currentTimeMillis();
        Logger.getLogger("").setLevel(Level.WARNING);
        System.exit(run(Duration.ofSeconds(seconds), seed) ? 0 : 1);
    }

    private static boolean run(Duration time, long seed) throws Exception {
        Duration half = time.dividedBy(2);
        try (Scratch scratch = new Scratch("soak");
                DiskStore disk = new DiskStore(scratch.directory().resolve("objects"));
                S3Server server = S3Server.inProcess();
                StoreRelay relay = new StoreRelay(server.endpoint());
                S3Store bucket = S3Store.open(server.options(relay), System.out::println)) {
            return run("disk", disk, half, ROUNDS, seed) && run("bucket", bucket, half, ROUNDS / 5, seed);
        }
    }

    private static boolean run(String name, ObjectStore store, Duration time, int rounds, long seed) throws Exception {
        long end = System.nanoTime() + time.toNanos();
        int pushes = 0;
        int retries = 0;
        int collections = 0;
        System.out.printf(Locale.ROOT, "gc soak, %s, seed %d%n%10s %10s %12s %10s%n", name, seed, "pushes",
                "retries", "collections", "ghosts");
        try (PushFixture bench = new PushFixture(store)) {
            for (long round = 0; System.nanoTime() < end; round++) {
                GcRaces.Outcome outcome = GcRaces.run(bench, store, PUSHERS, rounds,
                        seed + round * PUSHERS);
                pushes += outcome.pushes();
                retries += outcome.retries();
                collections += outcome.collections();
                System.out.printf(Locale.ROOT, "%10d %10d %12d %10d%n", pushes, retries, collections,
                        outcome.violations().size());
                if (!outcome.violations().isEmpty()) {
                    outcome.violations().forEach(System.out::println);
                    return false;
                }
            }
            return true;
        }
    }
}
