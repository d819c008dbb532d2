package dev.musehub.pages.changes;

import dev.musehub.diff.Mark;
import dev.musehub.pages.Markup;
import java.util.List;
import java.util.Locale;

/**
 * A line of a file as HTML. Characters that could make it look like another line (controls, and those that change the
 * direction of text, see CVE-2021-42574) are shown by their number. Changed parts are marked. A very long line is cut.
 */
public final class CodeText {

    /** Characters of a line that are shown. */
    static final int LONGEST = 2_000;

    private CodeText() {
    }

    /** Appends {@code line} with {@code marks}, which are in order and apart. */
    public static void append(StringBuilder out, String line, List<Mark> marks) {
        int end = line.length();
        if (end > LONGEST) {
            end = Character.isHighSurrogate(line.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
        }
        int at = 0;
        for (Mark mark : marks) {
            if (mark.from() >= end) {
                break;
            }
            append(out, line, at, mark.from());
            out.append("<mark>");
            append(out, line, mark.from(), Math.min(mark.to(), end));
            out.append("</mark>");
            at = Math.min(mark.to(), end);
        }
        append(out, line, at, end);
        if (end < line.length()) {
            out.append("<i class=\"ctl\">&hellip; ").append(line.length() - end).append(" more characters</i>");
        }
    }

    private static void append(StringBuilder out, String line, int from, int to) {
        int run = from;
        for (int i = from; i < to; i++) {
            char c = line.charAt(i);
            if ((c < 0x20 || c >= 0x7f) && c != '\t' && isMisleading(c)) {
                Markup.escape(out, line, run, i);
                out.append("<i class=\"ctl\">U+").append(String.format(Locale.ROOT, "%04X", (int) c)).append("</i>");
                run = i + 1;
            }
        }
        Markup.escape(out, line, run, to);
    }

    private static boolean isMisleading(char c) {
        return Character.isISOControl(c) || c >= 0x202A && c <= 0x202E || c >= 0x2066 && c <= 0x2069
                || c == 0x200E || c == 0x200F || c == 0x061C || c == 0x200B || c == 0xFEFF
                || c == 0x2028 || c == 0x2029;
    }
}
