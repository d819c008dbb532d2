package dev.musehub.smoke;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A table with a head, printed in aligned columns or as Markdown. */
public final class Table {

    private final List<List<String>> rows = new ArrayList<>();

    public Table(String... head) {
        rows.add(List.of(head));
    }

    public void row(Object... cells) {
        List<String> row = new ArrayList<>();
        for (Object cell : cells) {
            row.add(cell instanceof Double d ? number(d) : String.valueOf(cell));
        }
        rows.add(row);
    }

    /** A number with about three digits. */
    public static String number(double d) {
        return String.format(Locale.ROOT, Math.abs(d) < 0.995 ? "%.2f" : Math.abs(d) < 99.5 ? "%.1f" : "%,.0f", d);
    }

    /** The table in aligned columns. */
    public String plain() {
        StringBuilder out = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                int column = i;
                int width = rows.stream().mapToInt(r -> r.get(column).length()).max().orElse(1);
                line.append(String.format(Locale.ROOT, i == 0 ? "%-" + width + "s" : "  %" + width + "s", row.get(i)));
            }
            out.append(line.toString().stripTrailing()).append('\n');
        }
        return out.toString();
    }

    /** A table of Markdown; the first column is text, the others are numbers. */
    public String markdown() {
        StringBuilder out = new StringBuilder();
        for (List<String> row : rows) {
            out.append("| ").append(String.join(" | ", row)).append(" |\n");
            if (out.toString().lines().count() == 1) {
                out.append("|---|").append("---:|".repeat(row.size() - 1)).append('\n');
            }
        }
        return out.toString();
    }
}
