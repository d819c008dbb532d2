package dev.musehub.metrics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Everything that one hub counts. Families are declared once, at the start; a series is created when it is first used,
 * and their number is bounded. The text is Prometheus' exposition format, version 0.0.4. We write it ourselves, because
 * the official library has more code for it than this whole package.
 */
public final class Metrics {

    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    /** Limit of series per family. Label values come from code, never from a request; this is for mistakes. */
    static final int SERIES = 500;

    /** The series of one name; they differ in the values of their labels. Looking one up takes no lock. */
    public static final class Family<S> {
        private final String name;
        private final String help;
        private final String type;
        private final List<String> labels;
        private final Supplier<S> fresh;
        private final Map<List<String>, S> series = new ConcurrentHashMap<>();

        private Family(String name, String help, String type, List<String> labels, Supplier<S> fresh) {
            this.name = name;
            this.help = help;
            this.type = type;
            this.labels = labels;
            this.fresh = fresh;
        }

        /** The series of these values, in the order of the labels' names. */
        public S of(String... values) {
            List<String> key = List.of(values);
            S found = series.get(key);
            if (found != null) {
                return found;
            }
            if (key.size() != labels.size()) {
                throw new IllegalArgumentException(name + " has labels " + labels);
            }
            List<String> kept = series.size() < SERIES ? key : labels.stream().map(_ -> "other").toList();
            return series.computeIfAbsent(kept, _ -> fresh.get());
        }
    }

    /** Writes numbers that are kept elsewhere and are read when somebody asks for the metrics. */
    public static final class Gauges {
        private final StringBuilder out;

        /** Appends to {@code out}. */
        public Gauges(StringBuilder out) {
            this.out = out;
        }

        /** A family of one series without labels. */
        public void gauge(String name, String help, double value) {
            family(name, help, "gauge");
            sample(name, List.of(), List.of(), value);
        }

        /** The same for a number that only grows. */
        public void counter(String name, String help, double value) {
            family(name, help, "counter");
            sample(name, List.of(), List.of(), value);
        }

        /** Begins a family; its samples follow. */
        public void family(String name, String help, String type) {
            head(out, name, help, type);
        }

        /** One sample. */
        public void sample(String name, List<String> labels, List<String> values, double value) {
            out.append(name).append(Series.labels(labels, values)).append(' ').append(number(value)).append('\n');
        }

        private static String number(double value) {
            return value == Math.rint(value) && Math.abs(value) < 1e15 ? Long.toString((long) value)
                    : Double.isNaN(value) ? "NaN" : Double.toString(value);
        }
    }

    private final List<Family<? extends Series>> families = new CopyOnWriteArrayList<>();
    private final List<Consumer<Gauges>> gauges = new CopyOnWriteArrayList<>();

    /** Declares a family of counters. */
    public Family<Counter> counters(String name, String help, String... labels) {
        return added(new Family<>(name, help, "counter", List.of(labels), Counter::new));
    }

    /** Declares a family of histograms of time; {@code name} ends with {@code _seconds}. */
    public Family<Histogram> histograms(String name, String help, String... labels) {
        return added(new Family<>(name, help, "histogram", List.of(labels), Histogram::new));
    }

    private <S extends Series> Family<S> added(Family<S> family) {
        families.add(family);
        return family;
    }

    /** Adds numbers that are read whenever the text is written; {@code source} must be quick and must not fail. */
    public void gauges(Consumer<Gauges> source) {
        gauges.add(source);
    }

    private static void head(StringBuilder out, String name, String help, String type) {
        out.append("# HELP ").append(name).append(' ').append(help.replace("\\", "\\\\").replace("\n", "\\n"))
                .append("\n# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    /** All families as text. */
    public String text() {
        StringBuilder out = new StringBuilder();
        for (Family<? extends Series> family : families) {
            head(out, family.name, family.help, family.type);
            List<Map.Entry<List<String>, ? extends Series>> series = new ArrayList<>(family.series.entrySet());
            series.sort(Comparator.comparing(entry -> String.join("\0", entry.getKey())));
            series.forEach(entry -> entry.getValue().write(out, family.name, family.labels, entry.getKey()));
        }
        Gauges looked = new Gauges(out);
        gauges.forEach(source -> source.accept(looked));
        return out.toString();
    }
}
