package dev.musehub.diff;

import dev.musehub.diff.SequenceDiff.Edit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What changed between two texts: hunks of changed lines with some unchanged ones around them, to be read one below the
 * other ({@link Hunk#lines}) or side by side ({@link Hunk#rows}).
 *
 * @param added lines that came
 * @param deleted lines that went
 */
public record TextDiff(List<Hunk> hunks, int added, int deleted) {

    /** Unchanged lines shown around a change. */
    public static final int CONTEXT = 3;

    /** Words are compared in this many replaced lines in a row; the lines after them count as new. */
    private static final int REWRITTEN = 100;

    /** What a line is. */
    public enum LineKind { SAME, DELETED, ADDED }

    /**
     * One line.
     *
     * @param before its number in the old text, counted from 1; 0 where it is not there
     * @param after its number in the new text, likewise
     * @param text without its line break
     * @param ended whether it ends with a line break; only the last of a text may not
     * @param marks the parts that make it different from the line it replaces or is replaced by
     */
    public record Line(LineKind kind, int before, int after, String text, boolean ended, List<Mark> marks) { }

    /** An old and a new line beside each other; one of them may be absent. */
    public record DiffRow(Optional<Line> before, Optional<Line> after) { }

    /**
     * Neighbouring lines.
     *
     * @param before the first line's number in the old text, as unified diffs have it: of the line before where
     *     {@code beforeCount} is 0
     */
    public record Hunk(int before, int beforeCount, int after, int afterCount, List<Line> lines) {

        /** {@code @@ -1,4 +1,5 @@}. */
        public String header() {
            return "@@ -" + range(before, beforeCount) + " +" + range(after, afterCount) + " @@";
        }

        private static String range(int from, int count) {
            return count == 1 ? String.valueOf(from) : from + "," + count;
        }

        /** Side by side: the lines of a change beside those they replace, in order. */
        public List<DiffRow> rows() {
            List<DiffRow> rows = new ArrayList<>();
            int at = 0;
            while (at < lines.size()) {
                if (lines.get(at).kind() == LineKind.SAME) {
                    rows.add(new DiffRow(Optional.of(lines.get(at)), Optional.of(lines.get(at))));
                    at++;
                    continue;
                }
                int added = end(LineKind.DELETED, at);
                int next = end(LineKind.ADDED, added);
                for (int i = 0; i < Math.max(added - at, next - added); i++) {
                    rows.add(new DiffRow(at + i < added ? Optional.of(lines.get(at + i)) : Optional.empty(),
                            added + i < next ? Optional.of(lines.get(added + i)) : Optional.empty()));
                }
                at = next;
            }
            return rows;
        }

        private int end(LineKind kind, int from) {
            int end = from;
            while (end < lines.size() && lines.get(end).kind() == kind) {
                end++;
            }
            return end;
        }
    }

    /**
     * Compares two files; empty where one of them is no text. Lines that both begin or end with are passed over as
     * bytes: most changes touch a small part of a file, and the rest of it need not become strings.
     */
    public static Optional<TextDiff> between(byte[] before, byte[] after) {
        if (LineText.isBinary(before) || LineText.isBinary(after)) {
            return Optional.empty();
        }
        CommonLines common = CommonLines.of(before, after, CONTEXT);
        return Optional.of(between(
                LineText.decoded(before, common.from(), before.length - common.behind()),
                LineText.decoded(after, common.from(), after.length - common.behind()), common.lines()));
    }

    /** Compares {@code before} with {@code after}. */
    public static TextDiff between(LineText before, LineText after) {
        return between(before, after, 0);
    }

    /** Compares two texts in front of which stand {@code skipped} lines that are the same in both. */
    private static TextDiff between(LineText before, LineText after, int skipped) {
        List<Edit> edits = edits(before, after);
        List<Hunk> hunks = new ArrayList<>();
        int first = 0;
        for (int i = 0; i < edits.size(); i++) {
            boolean last = i + 1 == edits.size() || edits.get(i + 1).aFrom() - edits.get(i).aTo() > 2 * CONTEXT;
            if (last) {
                hunks.add(hunk(before.lines(), after.lines(), edits.subList(first, i + 1), skipped));
                first = i + 1;
            }
        }
        return new TextDiff(List.copyOf(hunks), edits.stream().mapToInt(e -> e.bTo() - e.bFrom()).sum(),
                edits.stream().mapToInt(e -> e.aTo() - e.aFrom()).sum());
    }

    /** The changes as ranges of lines. */
    public static List<Edit> edits(LineText before, LineText after) {
        Map<String, Integer> numbers = new HashMap<>();
        return SequenceDiff.between(numbered(before.lines(), numbers), numbered(after.lines(), numbers),
                SequenceDiff.BUDGET);
    }

    private static int[] numbered(List<String> lines, Map<String, Integer> numbers) {
        int[] numbered = new int[lines.size()];
        for (int i = 0; i < numbered.length; i++) {
            Integer known = numbers.putIfAbsent(lines.get(i), numbers.size());
            numbered[i] = known == null ? numbers.size() - 1 : known;
        }
        return numbered;
    }

    private static Hunk hunk(List<String> before, List<String> after, List<Edit> edits, int skipped) {
        int aFrom = Math.max(0, edits.getFirst().aFrom() - CONTEXT);
        int bFrom = edits.getFirst().bFrom() - (edits.getFirst().aFrom() - aFrom);
        int aTo = Math.min(before.size(), edits.getLast().aTo() + CONTEXT);
        int bTo = edits.getLast().bTo() + (aTo - edits.getLast().aTo());
        List<Line> lines = new ArrayList<>();
        int a = aFrom;
        int b = bFrom;
        for (Edit edit : edits) {
            for (; a < edit.aFrom(); a++, b++) {
                lines.add(line(LineKind.SAME, skipped + a + 1, skipped + b + 1, before.get(a), List.of()));
            }
            changed(lines, before, after, edit, skipped);
            a = edit.aTo();
            b = edit.bTo();
        }
        for (; a < aTo; a++, b++) {
            lines.add(line(LineKind.SAME, skipped + a + 1, skipped + b + 1, before.get(a), List.of()));
        }
        return new Hunk(skipped + (aTo > aFrom ? aFrom + 1 : aFrom), aTo - aFrom,
                skipped + (bTo > bFrom ? bFrom + 1 : bFrom), bTo - bFrom, List.copyOf(lines));
    }

    private static void changed(List<Line> lines, List<String> before, List<String> after, Edit edit, int skipped) {
        int pairs = Math.min(edit.aTo() - edit.aFrom(), edit.bTo() - edit.bFrom());
        List<WordMarks> marks = new ArrayList<>();
        for (int i = 0; i < Math.min(pairs, REWRITTEN); i++) {
            marks.add(WordMarks.of(stripped(before.get(edit.aFrom() + i)), stripped(after.get(edit.bFrom() + i))));
        }
        for (int a = edit.aFrom(); a < edit.aTo(); a++) {
            int i = a - edit.aFrom();
            lines.add(line(LineKind.DELETED, skipped + a + 1, 0, before.get(a),
                    i < marks.size() ? marks.get(i).left() : List.of()));
        }
        for (int b = edit.bFrom(); b < edit.bTo(); b++) {
            int i = b - edit.bFrom();
            lines.add(line(LineKind.ADDED, 0, skipped + b + 1, after.get(b),
                    i < marks.size() ? marks.get(i).right() : List.of()));
        }
    }

    private static Line line(LineKind kind, int before, int after, String text, List<Mark> marks) {
        return new Line(kind, before, after, stripped(text), text.endsWith("\n"), marks);
    }

    private static String stripped(String line) {
        return line.endsWith("\n") ? line.substring(0, line.length() - 1) : line;
    }
}
