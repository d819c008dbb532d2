package dev.musehub.testing;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Predicate;

/**
 * Waits for what another thread or process will do. The bound only ends a test that would wait for ever: no test may
 * depend on how long something takes.
 */
public final class Await {

    private static final Duration BOUND = Duration.ofMinutes(5);
    private static final Duration PAUSE = Duration.ofMillis(5);

    private Await() {
    }

    /** Asks again and again until it holds. */
    public static void until(String what, Callable<Boolean> holds) {
        until(what, holds, held -> held);
    }

    /** Asks again and again until the answer is good, and returns that one. */
    public static <T> T until(String what, Callable<T> ask, Predicate<T> good) {
        long end = System.nanoTime() + BOUND.toNanos();
        try {
            for (T answer = ask.call();; answer = ask.call()) {
                if (good.test(answer)) {
                    return answer;
                }
                if (System.nanoTime() > end) {
                    throw new AssertionError("waited " + BOUND + " for " + what + "; it is " + answer);
                }
                pause();
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** A moment in which another thread may run. */
    public static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
