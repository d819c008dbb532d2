package dev.musehub.pages;

import java.util.List;

/**
 * HTML that is safe to send. It is made of templates, which are constants of this program, and of values, which may
 * come from anybody and are escaped unless they are markup themselves. A value stands between tags or inside double
 * quotes, never in a script, a style or a name. Templates have ASCII characters only and entities for others: one other
 * character doubles the memory of a page.
 */
public record Markup(String html) {

    public static final Markup NONE = new Markup("");

    /** Characters that are written otherwise: those with a meaning in HTML, and controls but for tab and line break. */
    private static final boolean[] ESCAPED = new boolean[0x80];

    static {
        for (int c = 0; c < 0x80; c++) {
            ESCAPED[c] = c < 0x20 && c != '\n' && c != '\t' || c == 0x7f || "&<>\"'".indexOf(c) >= 0;
        }
    }

    /**
     * Fills the {@code {}} of a template one after another: markup as it is, lists of markup joined, everything else
     * escaped.
     *
     * @param template a constant of this program, never content
     */
    public static Markup of(String template, Object... values) {
        StringBuilder out = new StringBuilder(template.length() + 64);
        int at = 0;
        for (Object value : values) {
            int hole = template.indexOf("{}", at);
            if (hole < 0) {
                throw new IllegalArgumentException("more values than places in: " + template);
            }
            out.append(template, at, hole);
            append(out, value);
            at = hole + 2;
        }
        if (template.indexOf("{}", at) >= 0) {
            throw new IllegalArgumentException("fewer values than places in: " + template);
        }
        return new Markup(out.append(template, at, template.length()).toString());
    }

    private static void append(StringBuilder out, Object value) {
        switch (value) {
            case Markup markup -> out.append(markup.html());
            case List<?> parts -> parts.forEach(part -> append(out, part));
            default -> escape(out, value.toString());
        }
    }

    /** Pieces, one after the other. */
    public static Markup join(List<Markup> pieces) {
        StringBuilder out = new StringBuilder();
        pieces.forEach(piece -> out.append(piece.html()));
        return new Markup(out.toString());
    }

    /** This if {@code condition}, else nothing. */
    public Markup when(boolean condition) {
        return condition ? this : NONE;
    }

    /** Appends {@code text} so that it is text wherever a value may stand. */
    public static void escape(StringBuilder out, String text) {
        escape(out, text, 0, text.length());
    }

    /** Appends characters {@code [from, to)} of {@code text}, in runs: nearly all of them are harmless. */
    public static void escape(StringBuilder out, String text, int from, int to) {
        int run = from;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c < 0x80 ? ESCAPED[c] : changesDirection(c)) {
                out.append(text, run, i);
                escape(out, c);
                run = i + 1;
            }
        }
        out.append(text, run, to);
    }

    /**
     * Whether {@code c} changes the direction of the text behind it, beyond the end of the value (CVE-2021-42574): a
     * name with it could look like another one.
     */
    private static boolean changesDirection(char c) {
        return c >= 0x202A && (c <= 0x202E || c >= 0x2066 && c <= 0x2069);
    }

    /** {@code text} with the replacement character for what {@link #escape} replaces so, and nothing else changed. */
    static String withoutControls(String text) {
        StringBuilder out = new StringBuilder(text);
        for (int i = 0; i < out.length(); i++) {
            char c = out.charAt(i);
            if (c < 0x20 && c != '\n' && c != '\t' && c != '\r' || c == 0x7f || changesDirection(c)) {
                out.setCharAt(i, '\uFFFD');
            }
        }
        return out.toString();
    }

    /** Appends one character; a control becomes the replacement character. */
    private static void escape(StringBuilder out, char c) {
        switch (c) {
            case '&' -> out.append("&amp;");
            case '<' -> out.append("&lt;");
            case '>' -> out.append("&gt;");
            case '"' -> out.append("&quot;");
            case '\'' -> out.append("&#39;");
            default -> out.append("&#xFFFD;");
        }
    }
}
