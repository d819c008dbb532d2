package dev.musehub.diff;

import java.util.Arrays;

/**
 * The lines that two files begin and end with alike, but for some at the inner edges, which are needed as context.
 *
 * @param from bytes at the beginning of both that need not be looked at, whole lines
 * @param lines how many lines these are
 * @param behind bytes at the end of both, likewise
 */
record CommonLines(int from, int lines, int behind) {

    private static final byte BREAK = '\n';

    static CommonLines of(byte[] before, byte[] after, int context) {
        int mismatch = Arrays.mismatch(before, after);
        int same = mismatch < 0 ? before.length : mismatch;
        int from = back(before, same, context);
        int most = Math.min(before.length, after.length) - same;
        int ending = 0;
        while (ending < most && before[before.length - 1 - ending] == after[after.length - 1 - ending]) {
            ending++;
        }
        int lines = 0;
        for (int i = 0; i < from; i++) {
            lines += before[i] == BREAK ? 1 : 0;
        }
        return new CommonLines(from, lines, behind(before, after, ending, context));
    }

    /** The start of the line that lies {@code lines} whole lines before the one at {@code at}. */
    private static int back(byte[] bytes, int at, int lines) {
        int start = at;
        int left = lines + 1;
        while (start > 0) {
            if (bytes[start - 1] == BREAK && --left == 0) {
                break;
            }
            start--;
        }
        return start;
    }

    /** What remains of the common ending behind the line that the change ends in, and {@code lines} more. */
    private static int behind(byte[] before, byte[] after, int ending, int lines) {
        // Where the ending begins with a line of its own in both, that line is the first of the context.
        boolean whole = starts(before, ending) && starts(after, ending);
        int left = whole ? lines : lines + 1;
        int at = before.length - ending;
        while (at < before.length && left > 0) {
            left -= before[at++] == BREAK ? 1 : 0;
        }
        return before.length - at;
    }

    private static boolean starts(byte[] bytes, int ending) {
        return ending == bytes.length || bytes[bytes.length - ending - 1] == BREAK;
    }
}
