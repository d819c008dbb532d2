package dev.musehub.db;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** How long database connections were held, by use: the measure of invariants I2 and I3. Safe for many threads. */
public final class HoldTimes {

    /** @param count holds that ended */
    public record Held(long count, long totalNanos, long maxNanos) {

        private Held plus(long nanos) {
            return new Held(count + 1, totalNanos + nanos, Math.max(maxNanos, nanos));
        }
    }

    private final Map<String, Held> byUse = new ConcurrentHashMap<>();

    void record(String use, long nanos) {
        byUse.merge(use, new Held(1, nanos, nanos), (held, _) -> held.plus(nanos));
    }

    /** A copy, sorted by use. */
    public Map<String, Held> byUse() {
        return new TreeMap<>(byUse);
    }

    /** The longest single hold of all, in milliseconds. */
    public double longestMillis() {
        return byUse.values().stream().mapToLong(Held::maxNanos).max().orElse(0) / 1e6;
    }
}
