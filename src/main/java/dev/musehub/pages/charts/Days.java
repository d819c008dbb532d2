package dev.musehub.pages.charts;

import dev.musehub.core.model.Value;
import dev.musehub.pages.charts.Chart.Point;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.DoubleFunction;

/**
 * Values by day, added up in as many equal steps as a chart can show: days, weeks or more. Days without a value count
 * too, or a chart would hide the pauses.
 */
public final class Days {

    private static final int STEPS = 120;
    private static final int[] LENGTHS = {1, 7, 28, 91, 365, 3_650, 36_500};

    private final NavigableMap<LocalDate, Double> values = new TreeMap<>();

    /** The counts of {@code rows}, each with a day for its name. */
    public static Days of(List<Value.Dict> rows) {
        Days days = new Days();
        rows.forEach(row -> days.add(row.text("name", ""), row.integer("count", 0)));
        return days;
    }

    void add(String day, double value) {
        values.merge(LocalDate.parse(day), value, Double::sum);
    }

    public boolean isEmpty() {
        return values.isEmpty();
    }

    /** What each step sums up to. */
    public List<Point> sums(DoubleFunction<String> shown) {
        return points(false, shown);
    }

    /** What all steps up to each sum up to. */
    public List<Point> totals(DoubleFunction<String> shown) {
        return points(true, shown);
    }

    /** What one step is, as a word: {@code day}, {@code week}, or a number of days. */
    public String step() {
        return switch (length()) {
            case 1 -> "day";
            case 7 -> "week";
            case 28 -> "four weeks";
            case 91 -> "quarter";
            case 365 -> "year";
            default -> length() / 365 + " years";
        };
    }

    private int length() {
        if (values.isEmpty()) {
            return 1;
        }
        long span = ChronoUnit.DAYS.between(values.firstKey(), values.lastKey()) + 1;
        for (int length : LENGTHS) {
            if (span <= (long) length * STEPS) {
                return length;
            }
        }
        return LENGTHS[LENGTHS.length - 1];
    }

    private List<Point> points(boolean total, DoubleFunction<String> shown) {
        List<Point> points = new ArrayList<>();
        if (values.isEmpty()) {
            return points;
        }
        int length = length();
        double sum = 0;
        for (LocalDate day = values.firstKey(); !day.isAfter(values.lastKey()); day = day.plusDays(length)) {
            Map<LocalDate, Double> step = values.subMap(day, true, day.plusDays(length), false);
            sum = (total ? sum : 0) + step.values().stream().mapToDouble(d -> d).sum();
            points.add(new Point(day.toString(), sum, shown.apply(sum)));
        }
        return points;
    }
}
