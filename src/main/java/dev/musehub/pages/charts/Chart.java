package dev.musehub.pages.charts;

import dev.musehub.pages.Markup;
import java.util.List;
import java.util.Locale;

/**
 * Charts as plain SVG, made on the server, without scripts and inline styles. Colours come from classes of the style
 * sheet, so that they follow light and dark. Lengths next to text are percentages, so that text stays legible when a
 * chart is scaled down for a phone. Each chart has a description for readers who cannot see it.
 */
public final class Chart {

    /** Rows or columns of one chart. A caller with more adds some of them up before. */
    public static final int MOST = 200;

    private static final int ROW = 26;
    private static final int HEIGHT = 160;
    /** Where the bars begin and how long they may be, in percent of the width. */
    private static final double BARS_AT = 36;
    private static final double BARS_LENGTH = 46;

    /**
     * One value.
     *
     * @param label what it belongs to
     * @param shown the value as people read it
     */
    public record Point(String label, double value, String shown) { }

    private final StringBuilder out = new StringBuilder();

    private Chart() {
    }

    /** Horizontal bars, one a row, each with its label and value beside it. */
    public static String bars(String title, String description, List<Point> points) {
        List<Point> rows = bounded(points);
        double most = most(rows);
        Chart chart = new Chart().open("chart bars", title, description, Math.max(1, rows.size()) * ROW);
        for (int i = 0; i < rows.size(); i++) {
            Point p = rows.get(i);
            double length = share(p.value(), most) * BARS_LENGTH;
            int middle = i * ROW + ROW / 2;
            // An inner frame clips the label, so that a long name does not run into the bar.
            chart.add("<g><title>%s: %s</title><svg x=\"0\" y=\"%d\" width=\"%s%%\" height=\"%d\">"
                            + "<text x=\"0\" y=\"%d\" class=\"label\">%s</text></svg>",
                    escaped(p.label()), escaped(p.shown()), i * ROW, number(BARS_AT - 1), ROW, ROW / 2 + 5,
                    escaped(p.label()));
            chart.add("<rect class=\"bar\" x=\"%s%%\" y=\"%d\" width=\"%s%%\" height=\"%d\" rx=\"2\"/>"
                            + "<text class=\"value\" x=\"%s%%\" y=\"%d\">%s</text></g>",
                    number(BARS_AT), i * ROW + 4, number(Math.max(length, 0.3)), ROW - 8,
                    number(BARS_AT + length + 1), middle + 5, escaped(p.shown()));
        }
        return chart.close();
    }

    /** Vertical bars side by side, such as days; labelled at both ends, each with its label and value on hover. */
    public static String columns(String title, String description, List<Point> points) {
        List<Point> columns = bounded(points);
        double most = most(columns);
        Chart chart = new Chart().open("chart columns", title, description, HEIGHT + 20);
        chart.frame(columns, most);
        double step = 100.0 / Math.max(1, columns.size());
        for (int i = 0; i < columns.size(); i++) {
            Point p = columns.get(i);
            double height = share(p.value(), most) * (HEIGHT - 18);
            chart.add("<g><title>%s: %s</title><rect class=\"hover\" x=\"%s%%\" y=\"0\" width=\"%s%%\" height=\"%d\"/>"
                            + "<rect class=\"bar\" x=\"%s%%\" y=\"%s\" width=\"%s%%\" height=\"%s\"/></g>",
                    escaped(p.label()), escaped(p.shown()), number(i * step), number(step), HEIGHT,
                    number(i * step + step * 0.1), number(HEIGHT - height), number(step * 0.8), number(height));
        }
        return chart.close();
    }

    /** A line over a filled area, such as a growing size. */
    public static String line(String title, String description, List<Point> points) {
        List<Point> shown = bounded(points);
        double most = most(shown);
        Chart chart = new Chart().open("chart line", title, description, HEIGHT + 20);
        chart.frame(shown, most);
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < shown.size(); i++) {
            double x = shown.size() == 1 ? 500 : i * 1000.0 / (shown.size() - 1);
            double y = 1000 - share(shown.get(i).value(), most) * 1000;
            path.append(i == 0 ? "M" : "L").append(number(x)).append(' ').append(number(y));
        }
        if (!shown.isEmpty()) {
            chart.add("<svg x=\"0\" y=\"18\" width=\"100%%\" height=\"%d\" viewBox=\"0 0 1000 1000\""
                            + " preserveAspectRatio=\"none\"><path class=\"area\" d=\"%sL1000 1000L0 1000Z\"/>"
                            + "<path class=\"stroke\" vector-effect=\"non-scaling-stroke\" d=\"%s\"/></svg>",
                    HEIGHT - 18, path, path);
        }
        return chart.close();
    }

    /**
     * One bar of several parts that fill it: where a duration went. Part {@code i} has class {@code part-i}, which a
     * legend can share; parts without a share are left out, but keep their number.
     */
    public static String stack(String title, List<Point> parts) {
        double sum = parts.stream().mapToDouble(p -> Math.max(0, p.value())).sum();
        StringBuilder words = new StringBuilder();
        for (Point p : parts) {
            words.append(words.isEmpty() ? "" : ", ").append(p.label()).append(' ').append(p.shown());
        }
        Chart chart = new Chart().open("chart stack", title, words.toString(), 14);
        double at = 0;
        for (int i = 0; i < parts.size(); i++) {
            Point p = parts.get(i);
            double width = share(p.value(), sum) * 100;
            if (width > 0) {
                chart.add("<g><title>%s: %s</title><rect class=\"part-%d\" x=\"%s%%\" y=\"0\" width=\"%s%%\""
                        + " height=\"14\"/></g>", escaped(p.label()), escaped(p.shown()), i, number(at), number(width));
            }
            at += width;
        }
        return chart.close();
    }

    /** The greatest value above, the first and last label below. */
    private void frame(List<Point> points, double most) {
        if (points.isEmpty()) {
            return;
        }
        Point highest = points.stream().filter(p -> p.value() >= most).findFirst().orElse(points.getFirst());
        add("<text class=\"value\" x=\"0\" y=\"12\">%s</text>", escaped(highest.shown()));
        add("<line class=\"axis\" x1=\"0\" y1=\"%d\" x2=\"100%%\" y2=\"%d\"/>", HEIGHT, HEIGHT);
        add("<text class=\"label\" x=\"0\" y=\"%d\">%s</text>", HEIGHT + 15, escaped(points.getFirst().label()));
        if (points.size() > 1) {
            add("<text class=\"label end\" x=\"100%%\" y=\"%d\" text-anchor=\"end\">%s</text>", HEIGHT + 15,
                    escaped(points.getLast().label()));
        }
    }

    private Chart open(String classes, String title, String description, int height) {
        return add("<svg class=\"%s\" role=\"img\" aria-label=\"%s\" width=\"100%%\" height=\"%d\"><desc>%s</desc>",
                classes, escaped(description.isEmpty() ? title : title + ": " + description), height,
                escaped(description));
    }

    private String close() {
        return out.append("</svg>").toString();
    }

    private Chart add(String format, Object... arguments) {
        out.append(String.format(Locale.ROOT, format, arguments));
        return this;
    }

    private static List<Point> bounded(List<Point> points) {
        return points.subList(0, Math.min(points.size(), MOST));
    }

    private static double most(List<Point> points) {
        return points.stream().mapToDouble(Point::value).max().orElse(0);
    }

    private static double share(double value, double whole) {
        return whole > 0 && value > 0 ? value / whole : 0;
    }

    /** At most two digits behind the point: a chart of 200 columns should stay below 40 kB. */
    private static String number(double value) {
        String text = String.format(Locale.ROOT, "%.2f", value);
        return text.endsWith(".00") ? text.substring(0, text.length() - 3) : text;
    }

    private static String escaped(String text) {
        StringBuilder out = new StringBuilder();
        Markup.escape(out, text);
        return out.toString();
    }
}
