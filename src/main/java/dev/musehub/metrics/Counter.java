package dev.musehub.metrics;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** A number that only grows. Adding takes no lock. */
public final class Counter implements Series {

    private final LongAdder value = new LongAdder();

    Counter() {
    }

    public void increment() {
        value.increment();
    }

    public void add(long more) {
        value.add(more);
    }

    @Override
    public void write(StringBuilder out, String name, List<String> names, List<String> values) {
        out.append(name).append(Series.labels(names, values)).append(' ').append(value.sum()).append('\n');
    }
}
