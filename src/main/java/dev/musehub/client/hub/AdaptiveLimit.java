package dev.musehub.client.hub;

import dev.musehub.core.io.Tasks;

/**
 * Limits how many transfers run at the same time. The limit starts low and doubles while transfers succeed; it halves
 * when the other side is overloaded, and from then on grows by one at a time, as in TCP. Safe for many threads.
 */
public final class AdaptiveLimit implements Tasks.Gate {

    static final int MOST = 64;
    private static final int FIRST = 8;

    private int limit = FIRST;
    private int running;
    private int wellInARow;
    private int sinceHalved = FIRST;
    private boolean strained;

    @Override
    public synchronized void begin() throws InterruptedException {
        while (running >= limit) {
            wait();
        }
        running++;
    }

    @Override
    public synchronized void end() {
        running--;
        sinceHalved++;
        notifyAll();
    }

    synchronized void wentWell() {
        if (++wellInARow >= limit && limit < MOST) {
            limit = strained ? limit + 1 : Math.min(MOST, 2 * limit);
            wellInARow = 0;
            notifyAll();
        }
    }

    synchronized void tooMuch() {
        // The transfers that run now began under the old limit, so one overload must halve the limit only once.
        if (sinceHalved >= limit) {
            limit = Math.max(1, limit / 2);
            sinceHalved = 0;
        }
        wellInARow = 0;
        strained = true;
    }

    synchronized int limit() {
        return limit;
    }
}
