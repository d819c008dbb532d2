package dev.musehub.server.access;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * A bucket of tokens for each key. It holds {@code most} tokens; each event takes one, and they come back at a steady
 * rate. Beyond {@link #KEYS} keys, the least recently used one is dropped; its bucket is most likely full again. Safe
 * for several threads.
 */
final class TokenBuckets<K> {

    /** They take about 2 MB, measured, and a hub may have only 256 MB. */
    static final int KEYS = 16_384;

    private static final double NANOS = 1e9;

    private final double most;
    private final double perSecond;
    private final LongSupplier clock;
    private final Map<K, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<K, Bucket> eldest) {
            return size() > KEYS;
        }
    };

    /** The tokens that were left at a time. */
    private static final class Bucket {
        private double tokens;
        private long at;
    }

    /** {@code clock} counts nanoseconds. */
    TokenBuckets(double most, double perSecond, LongSupplier clock) {
        this.most = most;
        this.perSecond = perSecond;
        this.clock = clock;
    }

    /** Takes a token and returns 0; if there is none, returns the seconds until there is one. */
    int take(K key) {
        return ask(key, 1);
    }

    /** What {@link #take} would return. */
    int peek(K key) {
        return ask(key, 0);
    }

    private synchronized int ask(K key, int tokens) {
        long now = clock.getAsLong();
        Bucket bucket = buckets.get(key);
        if (bucket == null) {
            if (tokens == 0) {
                return 0;
            }
            bucket = new Bucket();
            bucket.tokens = most;
            bucket.at = now;
            buckets.put(key, bucket);
        }
        bucket.tokens = Math.min(most, bucket.tokens + (now - bucket.at) / NANOS * perSecond);
        bucket.at = now;
        if (bucket.tokens < 1) {
            return (int) Math.ceil((1 - bucket.tokens) / perSecond);
        }
        bucket.tokens -= tokens;
        return 0;
    }

    synchronized int size() {
        return buckets.size();
    }
}
