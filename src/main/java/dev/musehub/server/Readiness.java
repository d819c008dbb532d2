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
 * Whether database and store answer. Anybody may ask, and as often as they like: each is looked at once a second at
 * most, and one that hangs is not asked again before its first answer.
 */
final class Readiness {

    /** Within which a part must answer. */
    static final Duration BOUND = Duration.ofSeconds(2);
    /** For which an answer is good. */
    private static final Duration FRESH = Duration.ofSeconds(1);

    /** What a part said, or why it did not. */
    record Reading<T>(Optional<T> value, String failure) {

        boolean ok() {
            return value.isPresent();
        }
    }

    /**
     * How it is.
     *
     * @param jobs from the database: the queue by state
     */
    record ReadinessState(Reading<Map<String, Long>> jobs, Reading<Boolean> store) {

        boolean ready() {
            return jobs.ok() && store.ok();
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
        // Both begin before either is waited for.
        FutureTask<Map<String, Long>> asked = database.asked();
        FutureTask<Boolean> checked = store.asked();
        long deadline = System.nanoTime() + BOUND.toNanos();
        return new ReadinessState(answer(asked, deadline), answer(checked, deadline));
    }

    private static <T> Reading<T> answer(FutureTask<T> asked, long deadline) throws InterruptedException {
        try {
            return new Reading<>(Optional.of(asked.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS)),
                    "");
        } catch (TimeoutException e) {
            return new Reading<>(Optional.empty(), "no answer within " + BOUND.toSeconds() + " s");
        } catch (ExecutionException e) {
            return new Reading<>(Optional.empty(), String.valueOf(e.getCause().getMessage()));
        }
    }

    /** One part, and the question to it that is under way or was answered last. */
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
