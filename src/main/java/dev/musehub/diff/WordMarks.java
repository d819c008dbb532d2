package dev.musehub.diff;

import dev.musehub.diff.SequenceDiff.Edit;
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

    /** Longer lines are generated; a reader does not look for words in them. */
    private static final int LINE = 2_000;
    private static final long BUDGET = 100_000;
    /** Lines that share less than a third of their letters are two lines, not one that changed. */
    private static final int SHARED = 3;

    /** The marks of {@code left} that became {@code right}; none where they have too little in common. */
    static WordMarks of(String left, String right) {
        if (left.length() > LINE || right.length() > LINE) {
            return NONE;
        }
        int most = Math.max(letters(left, 0, left.length()), letters(right, 0, right.length()));
        int from = commonStart(left, right);
        int behind = commonEnd(left, right, from);
        Map<String, Integer> numbers = new HashMap<>();
        List<Mark> a = words(left, from, left.length() - behind);
        List<Mark> b = words(right, from, right.length() - behind);
        int[] leftWords = numbered(left, a, numbers);
        int[] rightWords = numbered(right, b, numbers);
        int outside = letters(left, 0, from) + letters(left, left.length() - behind, left.length());
        if ((outside + common(left, a, leftWords, rightWords, numbers.size())) * SHARED < most) {
            return NONE;
        }
        List<Edit> edits = SequenceDiff.between(leftWords, rightWords, BUDGET);
        List<Mark> gone = new ArrayList<>();
        List<Mark> come = new ArrayList<>();
        for (Edit edit : edits) {
            mark(gone, a, edit.aFrom(), edit.aTo());
            mark(come, b, edit.bFrom(), edit.bTo());
        }
        int changed = Math.max(letters(left, gone), letters(right, come));
        return (most - changed) * SHARED < most ? NONE : new WordMarks(joined(left, gone), joined(right, come));
    }

    /** Characters at the beginning that are the same, up to where a word begins: a cut word would not be one. */
    private static int commonStart(String left, String right) {
        int most = Math.min(left.length(), right.length());
        int same = 0;
        while (same < most && left.charAt(same) == right.charAt(same)) {
            same++;
        }
        while (same > 0 && !(isBoundary(left, same) && isBoundary(right, same))) {
            same--;
        }
        return same;
    }

    private static int commonEnd(String left, String right, int from) {
        int most = Math.min(left.length(), right.length()) - from;
        int same = 0;
        while (same < most && left.charAt(left.length() - 1 - same) == right.charAt(right.length() - 1 - same)) {
            same++;
        }
        while (same > 0 && !(isBoundary(left, left.length() - same) && isBoundary(right, right.length() - same))) {
            same--;
        }
        return same;
    }

    /** Whether a word ends or begins at {@code at}; a surrogate pair is never cut. */
    private static boolean isBoundary(String line, int at) {
        if (at == 0 || at == line.length()) {
            return true;
        }
        if (Character.isLowSurrogate(line.charAt(at)) && Character.isHighSurrogate(line.charAt(at - 1))) {
            return false;
        }
        int kind = kind(line.codePointBefore(at));
        return kind == 0 || kind != kind(line.codePointAt(at));
    }

    private static List<Mark> words(String line, int from, int to) {
        List<Mark> words = new ArrayList<>();
        int start = from;
        while (start < to) {
            int kind = kind(line.codePointAt(start));
            int end = start + Character.charCount(line.codePointAt(start));
            while (kind != 0 && end < to && kind(line.codePointAt(end)) == kind) {
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

    /** Letters of the words that both have, in whatever order: no comparison can find more. */
    private static int common(String line, List<Mark> words, int[] left, int[] right, int numbers) {
        int[] counts = new int[numbers];
        for (int word : right) {
            counts[word]++;
        }
        int letters = 0;
        for (int i = 0; i < left.length; i++) {
            if (counts[left[i]]-- > 0) {
                letters += letters(line, words.get(i).from(), words.get(i).to());
            }
        }
        return letters;
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

    private static int letters(String line, List<Mark> marks) {
        return marks.stream().mapToInt(mark -> letters(line, mark.from(), mark.to())).sum();
    }

    private static int letters(String line, int from, int to) {
        int letters = 0;
        for (int i = from; i < to; i++) {
            letters += Character.isWhitespace(line.charAt(i)) ? 0 : 1;
        }
        return letters;
    }
}
