package dev.musehub.push;

import dev.musehub.model.Problem;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Bytes of objects that all running pushes together may hold between socket and store (invariant I9). Counted in KiB,
 * so that the permits of a semaphore reach beyond 2 GiB. Safe for many threads.
 */
public final class MemoryBudget {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final int totalKib;
    private final Semaphore kib;

    public MemoryBudget(long bytes) {
        this.totalKib = (int) Math.min(Integer.MAX_VALUE, bytes >> 10);
        this.kib = new Semaphore(totalKib, true);
    }

    /** A quarter of the heap: raw bytes in, packed bytes out, and room for the rest of the hub. */
    public static MemoryBudget ofHeap() {
        return new MemoryBudget(Runtime.getRuntime().maxMemory() / 4);
    }

    /**
     * What {@code bytes} cost. An object larger than the whole budget takes all of it, so that it can be received
     * alone.
     */
    int kib(long bytes) {
        return (int) Math.min(totalKib, (bytes >> 10) + 1);
    }

    /** Takes {@code amount} KiB if they are there. */
    boolean tryTake(int amount) {
        return kib.tryAcquire(amount);
    }

    /**
     * Takes {@code amount} KiB, waiting for other pushes to give theirs back. A caller that waits should hold none that
     * only it can give back.
     *
     * @throws Problem {@code busy} after a minute
     */
    void take(int amount) throws InterruptedException {
        if (!kib.tryAcquire(amount, PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new Problem(Problem.Code.BUSY, "the hub is receiving as much as its memory allows; try again later");
        }
    }

    void giveBack(int amount) {
        kib.release(amount);
    }
}
