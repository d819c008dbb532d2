package dev.musehub.client.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.model.Problem;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How long a hub may let a client wait. An interrupted thread shows without waiting whether it would have. */
@Tag("T1")
class RetryAfterT1Test {

    @AfterEach
    void clear() {
        Thread.interrupted();
    }

    private static Problem asked(long seconds, AtomicInteger tries) {
        Thread.currentThread().interrupt();
        return assertThrows(Problem.class, () -> RetryAfter.ask(() -> {
            tries.incrementAndGet();
            throw new RetryAfter.Later(new Problem(Problem.Code.BUSY, "too much to do"), seconds);
        }));
    }

    @Test
    void whoIsToWaitLongerThanAMinuteIsToldAtOnce() {
        AtomicInteger tries = new AtomicInteger();
        Problem refusal = asked(61, tries);
        assertEquals(Problem.Code.BUSY, refusal.code());
        assertTrue(refusal.getMessage().contains("too much to do"), refusal.getMessage());
        assertEquals(1, tries.get());
    }

    @Test
    void aMinuteIsWaitedFor() {
        assertEquals("interrupted", asked(60, new AtomicInteger()).getMessage());
    }
}
