package dev.musehub.pages;

import dev.musehub.core.model.Problem;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Lets only a few threads at a time do work that takes much memory, in the order in which they came. If all readers
 * competed for the processors, all would wait for the slowest anyway.
 */
public final class ConcurrencyGate {

    private final Semaphore places;
    private final int patienceSeconds;
    private final String what;

    /**
     * A gate for {@code places} threads.
     *
     * @param patienceSeconds how long a thread waits for its turn
     * @param what what the threads work on, for the message to the reader
     */
    public ConcurrencyGate(int places, int patienceSeconds, String what) {
        this.places = new Semaphore(places, true);
        this.patienceSeconds = patienceSeconds;
        this.what = what;
    }

    /** A turn, until it is closed. */
    public interface Admission extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Waits for a turn.
     *
     * @throws Problem {@code busy} where that takes too long
     */
    public Admission take() {
        try {
            if (!places.tryAcquire(patienceSeconds, TimeUnit.SECONDS)) {
                throw new Problem(Problem.Code.BUSY, "too many readers look at " + what + "; try again in a moment");
            }
            return places::release;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(Problem.Code.SHUTTING_DOWN, "the hub is stopping; try again", e);
        }
    }
}
