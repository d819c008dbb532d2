package dev.musehub.pages.charts;

import dev.musehub.core.model.Value;
import dev.musehub.pages.Markup;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** File extensions as the languages that people know them for, and a bar of their shares. */
public final class Languages {

    /** Parts of a bar, the last of which is all the others. */
    private static final int PARTS = 7;

    private static final Map<String, String> NAMES = Map.ofEntries(Map.entry("py", "Python"), Map.entry("java", "Java"),
            Map.entry("js", "JavaScript"), Map.entry("mjs", "JavaScript"), Map.entry("ts", "TypeScript"),
            Map.entry("tsx", "TypeScript"), Map.entry("jsx", "JavaScript"), Map.entry("md", "Markdown"),
            Map.entry("html", "HTML"), Map.entry("css", "CSS"), Map.entry("scss", "SCSS"), Map.entry("c", "C"),
            Map.entry("h", "C"), Map.entry("cpp", "C++"), Map.entry("cc", "C++"), Map.entry("hpp", "C++"),
            Map.entry("rs", "Rust"), Map.entry("go", "Go"), Map.entry("rb", "Ruby"), Map.entry("php", "PHP"),
            Map.entry("sh", "Shell"), Map.entry("sql", "SQL"), Map.entry("kt", "Kotlin"), Map.entry("swift", "Swift"),
            Map.entry("scala", "Scala"), Map.entry("cs", "C#"), Map.entry("json", "JSON"), Map.entry("yml", "YAML"),
            Map.entry("yaml", "YAML"), Map.entry("toml", "TOML"), Map.entry("xml", "XML"), Map.entry("txt", "Text"),
            Map.entry("rst", "reStructuredText"), Map.entry("csv", "CSV"), Map.entry("mid", "MIDI"),
            Map.entry("svg", "SVG"), Map.entry("ipynb", "Notebook"), Map.entry("(none)", "Other"));

    private Languages() {
    }

    /** What people call the files with this extension. */
    public static String name(String extension) {
        return NAMES.getOrDefault(extension, extension);
    }

    /** The shares of the languages in {@code rows}, extensions with their bytes, the largest first. */
    public static Markup bar(List<Value.Dict> rows) {
        List<Chart.Point> parts = new ArrayList<>();
        long rest = 0;
        double sum = rows.stream().mapToLong(row -> row.integer("count", 0)).sum();
        for (Value.Dict row : rows) {
            long bytes = row.integer("count", 0);
            if (parts.size() < PARTS && bytes >= sum / 200) {
                parts.add(new Chart.Point(name(row.text("name", "")), bytes, share(bytes, sum)));
            } else {
                rest += bytes;
            }
        }
        if (rest > 0) {
            parts.add(new Chart.Point("others", rest, share(rest, sum)));
        }
        if (sum <= 0) {
            return Markup.NONE;
        }
        List<Markup> legend = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            legend.add(Markup.of("<li><svg width=\"10\" height=\"10\" aria-hidden=\"true\"><rect class=\"part-{}\""
                    + " width=\"10\" height=\"10\" rx=\"5\"/></svg> {} <span class=\"quiet\">{}</span></li>",
                    i, parts.get(i).label(), parts.get(i).shown()));
        }
        return Markup.of("{}<ul class=\"legend\">{}</ul>", new Markup(Chart.stack("Languages", parts)), legend);
    }

    private static String share(long bytes, double sum) {
        return String.format(Locale.ROOT, "%.1f%%", 100 * bytes / sum);
    }
}
