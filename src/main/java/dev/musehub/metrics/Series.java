package dev.musehub.metrics;

import java.util.List;

/** One series of a family, for example the requests of one route. */
interface Series {

    /** Appends the lines of this series; {@code names} and {@code values} are its labels. */
    void write(StringBuilder out, String name, List<String> names, List<String> values);

    /** Labels in the text format: {@code {a="1",b="2"}}, or nothing where there are no labels. */
    static String labels(List<String> names, List<String> values) {
        return labels(names, values, "", "");
    }

    /** The same with one more label, unless its name is empty. */
    static String labels(List<String> names, List<String> values, String name, String value) {
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
