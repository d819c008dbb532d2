package dev.musehub.core.rows;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** How long database connections were held, by use: the measure of invariants I2 and I3. Safe for many threads. */
public final class HoldTimes {

    /** @param count holds that ended */
    public record HoldStatistics(long count, long totalNanos, long maxNanos) {

        private HoldStatistics plus(long nanos) {
            return new HoldStatistics(count + 1, totalNanos + nanos, Math.max(maxNanos, nanos));
        }
    }

    private final Map<String, HoldStatistics> byUse = new ConcurrentHashMap<>();

    void record(String use, long nanos) {
        byUse.merge(use, new HoldStatistics(1, nanos, nanos), (held, _) -> held.plus(nanos));
    }

    /** A copy, sorted by use. */
    public Map<String, HoldStatistics> byUse() {
        return new TreeMap<>(byUse);
    }

    /** The longest single hold of all, in milliseconds. */
    public double longestMillis() {
        return byUse.values().stream().mapToLong(HoldStatistics::maxNanos).max().orElse(0) / 1e6;
    }
}
