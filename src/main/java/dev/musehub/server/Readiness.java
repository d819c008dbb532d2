package dev.musehub.server;

import dev.musehub.core.rows.Pool;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.jobs.JobRows;
import java.sql.Connection;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Whether database and store answer. Everybody may ask, as often as they like: each part is tried once a second at
 * most, and a part that hangs is not tried again before it has answered.
 */
final class Readiness {

    /** A part must answer within this time. */
    static final Duration BOUND = Duration.ofSeconds(2);
    /** An answer is used again for this time. */
    private static final Duration FRESH = Duration.ofSeconds(1);

    /** The answer of a part, or why there is none. */
    record Reading<T>(Optional<T> value, String failure) {

        boolean ok() {
            return value.isPresent();
        }
    }

    /**
     * The answers of both parts.
     *
     * @param database the number of jobs in the queue, by state
     */
    record ReadinessState(Reading<Map<String, Long>> database, Reading<Boolean> store) {

        boolean ready() {
            return database.ok() && store.ok();
        }
    }

    private final WatchedPart<Map<String, Long>> database;
    private final WatchedPart<Boolean> store;

    Readiness(Pool pool, ObjectStore store) {
        this.database = new WatchedPart<>(() -> {
            try (Connection c = pool.acquire("ready")) {
                return JobRows.byState(c);
            }
        });
        this.store = new WatchedPart<>(() -> {
            store.check();
            return true;
        });
    }

    ReadinessState now() throws InterruptedException {
        // Start both before waiting for one.
        FutureTask<Map<String, Long>> asked = database.asked();
        FutureTask<Boolean> checked = store.asked();
        long deadline = System.nanoTime() + BOUND.toNanos();
        return new ReadinessState(answer(asked, deadline), answer(checked, deadline));
    }

    private static <T> Reading<T> answer(FutureTask<T> asked, long deadline) throws InterruptedException {
        try {
            long left = Math.max(0, deadline - System.nanoTime());
            return new Reading<>(Optional.of(asked.get(left, TimeUnit.NANOSECONDS)), "");
        } catch (TimeoutException e) {
            return new Reading<>(Optional.empty(), "no answer within " + BOUND.toSeconds() + " s");
        } catch (ExecutionException e) {
            return new Reading<>(Optional.empty(), String.valueOf(e.getCause().getMessage()));
        }
    }

    /** One part, with its running question or its last answer. */
    private static final class WatchedPart<T> {
        private final Callable<T> question;
        private FutureTask<T> last;
        private long begun;

        WatchedPart(Callable<T> question) {
            this.question = question;
        }

        synchronized FutureTask<T> asked() {
            if (last == null || last.isDone() && System.nanoTime() - begun > FRESH.toNanos()) {
                last = new FutureTask<>(question);
                begun = System.nanoTime();
                Thread.ofVirtual().name("ready").start(last);
            }
            return last;
        }
    }
}
