package dev.musehub.client.hub;

import java.util.concurrent.atomic.LongAdder;

/**
 * Counts the bytes that this process exchanges with hubs, with HTTP heads and chunk marks but without what TLS adds.
 * One command is one process, so the counters belong to the process.
 */
public final class Traffic {

    static final LongAdder SENT = new LongAdder();
    static final LongAdder RECEIVED = new LongAdder();

    private Traffic() {
    }

    public static long sent() {
        return SENT.sum();
    }

    public static long received() {
        return RECEIVED.sum();
    }
}
