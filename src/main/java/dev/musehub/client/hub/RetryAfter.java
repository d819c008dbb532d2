package dev.musehub.client.hub;

import dev.musehub.core.model.Problem;
import java.time.Duration;
import java.util.function.Supplier;

/** Asks again where the hub says when: after as many seconds as it names, a few times. */
final class RetryAfter {

    private static final int TRIES = 6;
    private static final int SECONDS = 60;

    private RetryAfter() {
    }

    /** A refusal before anything was done, with the seconds after which the same request may be let in. */
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
     * Makes a request until it is let in.
     *
     * @throws Problem the last refusal
     */
    static <T> T ask(Supplier<T> request) {
        for (int tries = 1;; tries++) {
            try {
                return request.get();
            } catch (Later later) {
                if (tries == TRIES) {
                    throw later.refusal;
                }
                sleep(Duration.ofSeconds(Math.min(later.seconds, SECONDS)));
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
