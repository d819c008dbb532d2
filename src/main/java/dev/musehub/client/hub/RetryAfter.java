package dev.musehub.client.hub;

import dev.musehub.core.model.Problem;
import java.time.Duration;
import java.util.function.Supplier;

/** Repeats a request that the hub refused for now: after the seconds that the hub names, for a minute at most. */
final class RetryAfter {

    private static final int TRIES = 6;
    /** All pauses together: whoever is told to wait longer may as well come back. */
    private static final int SECONDS = 60;

    private RetryAfter() {
    }

    /** A refusal before anything was done. The same request may succeed after {@code seconds}. */
    static final class Later extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final transient Problem refusal;
        private final long seconds;

        Later(Problem refusal, long seconds) {
            super(refusal);
            this.refusal = refusal;
            this.seconds = seconds;
        }
    }

    /**
     * Makes a request until the hub accepts it.
     *
     * @throws Problem the last refusal
     */
    static <T> T ask(Supplier<T> request) {
        long left = SECONDS;
        for (int tries = 1;; tries++) {
            try {
                return request.get();
            } catch (Later later) {
                left -= later.seconds;
                if (tries == TRIES || left < 0) {
                    throw later.refusal;
                }
                sleep(Duration.ofSeconds(later.seconds));
            }
        }
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(Problem.Code.UNREACHABLE, "interrupted", e);
        }
    }
}
