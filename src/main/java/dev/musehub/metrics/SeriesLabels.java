package dev.musehub.metrics;

import java.util.List;

/** The labels of one series: names and values in turn, as the text format writes them. */
final class SeriesLabels {

    private SeriesLabels() {
    }

    /** {@code {a="1",b="2"}}; nothing where there are no labels. */
    static String text(List<String> names, List<String> values) {
        return text(names, values, "", "");
    }

    /** The same with one more label, unless its name is empty. */
    static String text(List<String> names, List<String> values, String name, String value) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < names.size(); i++) {
            append(text, names.get(i), values.get(i));
        }
        if (!name.isEmpty()) {
            append(text, name, value);
        }
        return text.isEmpty() ? "" : "{" + text + "}";
    }

    private static void append(StringBuilder text, String name, String value) {
        text.append(text.isEmpty() ? "" : ",").append(name).append("=\"")
                .append(value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n")).append('"');
    }
}
