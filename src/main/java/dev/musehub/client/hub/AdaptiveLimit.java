package dev.musehub.client.hub;

/**
 * How many transfers run at a time: begins low, doubles while all goes well, halves when the other side has too much,
 * and then grows by one at a time, as TCP does. Safe for many threads.
 */
public final class AdaptiveLimit {

    static final int MOST = 64;
    private static final int FIRST = 8;

    private int limit = FIRST;
    private int running;
    private int wellInARow;
    private int sinceHalved = FIRST;
    private boolean strained;

    public synchronized void begin() throws InterruptedException {
        while (running >= limit) {
            wait();
        }
        running++;
    }

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
        // Those under way were begun under the old limit: one strain counts once for all of them.
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
