package dev.musehub.metrics;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** How long something took, counted in buckets from half a millisecond to five minutes. Recording takes no lock. */
public final class Histogram implements Series {

    /** Upper ends in nanoseconds, and as the text format names them. */
    private static final long[] ENDS = {500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000,
        100_000_000, 250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000L, 5_000_000_000L, 10_000_000_000L,
        30_000_000_000L, 60_000_000_000L, 300_000_000_000L};
    private static final String[] NAMES = {"0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25",
        "0.5", "1", "2.5", "5", "10", "30", "60", "300", "+Inf"};

    private final LongAdder[] buckets = new LongAdder[ENDS.length + 1];
    private final LongAdder nanos = new LongAdder();

    Histogram() {
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] = new LongAdder();
        }
    }

    /** Records one duration, in nanoseconds. */
    public void record(long taken) {
        int bucket = 0;
        while (bucket < ENDS.length && taken > ENDS[bucket]) {
            bucket++;
        }
        buckets[bucket].increment();
        nanos.add(taken);
    }

    /** Records the time from {@code start}, a value of {@link System#nanoTime}, until now. */
    public void recordSince(long start) {
        record(System.nanoTime() - start);
    }

    @Override
    public void write(StringBuilder out, String name, List<String> names, List<String> values) {
        long sum = 0;
        for (int i = 0; i < buckets.length; i++) {
            sum += buckets[i].sum();
            out.append(name).append("_bucket").append(Series.labels(names, values, "le", NAMES[i])).append(' ')
                    .append(sum).append('\n');
        }
        String labels = Series.labels(names, values);
        out.append(name).append("_sum").append(labels).append(' ').append(nanos.sum() / 1e9).append('\n');
        // The sum of the buckets, because a separate count could be ahead of them.
        out.append(name).append("_count").append(labels).append(' ').append(sum).append('\n');
    }
}
