package dev.musehub.diff;

import dev.musehub.diff.SequenceDiff.Edit;
import dev.musehub.diff.TextDiff.Mark;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which parts of a changed line changed: word by word, where a word is a run of letters and digits, or of spaces, or
 * one character of anything else.
 *
 * @param left the parts of the old line that went
 * @param right the parts of the new line that came
 */
record WordMarks(List<Mark> left, List<Mark> right) {

    static final WordMarks NONE = new WordMarks(List.of(), List.of());

    /** Longer lines are generated ones; nobody reads words in them. */
    private static final int LINE = 2_000;
    private static final long BUDGET = 100_000;
    /** Lines that share less than a third of their letters are two lines, not one that changed. */
    private static final int SHARED = 3;

    /** The marks of {@code left} that became {@code right}; none where they have too little in common. */
    static WordMarks of(String left, String right) {
        if (left.length() > LINE || right.length() > LINE) {
            return NONE;
        }
        Map<String, Integer> numbers = new HashMap<>();
        List<Mark> a = words(left);
        List<Mark> b = words(right);
        List<Edit> edits = SequenceDiff.between(numbered(left, a, numbers), numbered(right, b, numbers), BUDGET);
        List<Mark> gone = new ArrayList<>();
        List<Mark> come = new ArrayList<>();
        for (Edit edit : edits) {
            mark(gone, a, edit.aFrom(), edit.aTo());
            mark(come, b, edit.bFrom(), edit.bTo());
        }
        int most = Math.max(letters(left, List.of(new Mark(0, left.length()))),
                letters(right, List.of(new Mark(0, right.length()))));
        int changed = Math.max(letters(left, gone), letters(right, come));
        return (most - changed) * SHARED < most ? NONE : new WordMarks(joined(left, gone), joined(right, come));
    }

    private static List<Mark> words(String line) {
        List<Mark> words = new ArrayList<>();
        int start = 0;
        while (start < line.length()) {
            int kind = kind(line.codePointAt(start));
            int end = start + Character.charCount(line.codePointAt(start));
            while (kind != 0 && end < line.length() && kind(line.codePointAt(end)) == kind) {
                end += Character.charCount(line.codePointAt(end));
            }
            words.add(new Mark(start, end));
            start = end;
        }
        return words;
    }

    private static int kind(int c) {
        return Character.isLetterOrDigit(c) || c == '_' || Character.getType(c) == Character.NON_SPACING_MARK ? 1
                : Character.isWhitespace(c) ? 2 : 0;
    }

    private static int[] numbered(String line, List<Mark> words, Map<String, Integer> numbers) {
        return words.stream().mapToInt(w -> number(numbers, line.substring(w.from(), w.to()))).toArray();
    }

    private static int number(Map<String, Integer> numbers, String word) {
        Integer known = numbers.putIfAbsent(word, numbers.size());
        return known == null ? numbers.size() - 1 : known;
    }

    private static void mark(List<Mark> marks, List<Mark> words, int from, int to) {
        if (from < to) {
            marks.add(new Mark(words.get(from).from(), words.get(to - 1).to()));
        }
    }

    /** Marks with nothing but spaces between them read better as one. */
    private static List<Mark> joined(String line, List<Mark> marks) {
        List<Mark> joined = new ArrayList<>();
        for (Mark mark : marks) {
            if (!joined.isEmpty() && line.substring(joined.getLast().to(), mark.from()).isBlank()) {
                joined.set(joined.size() - 1, new Mark(joined.getLast().from(), mark.to()));
            } else {
                joined.add(mark);
            }
        }
        return joined;
    }

    private static int letters(String line, List<Mark> spans) {
        int letters = 0;
        for (Mark span : spans) {
            for (int i = span.from(); i < span.to(); i++) {
                letters += Character.isWhitespace(line.charAt(i)) ? 0 : 1;
            }
        }
        return letters;
    }
}
