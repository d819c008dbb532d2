package dev.musehub.diff;

import dev.musehub.core.model.CodePoints;
import dev.musehub.core.model.Problem;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A file as lines, each with the line break it ends with; joined they are the file again. What is not UTF-8 is read as
 * Latin-1, in which different bytes stay different.
 */
public record LineText(List<String> lines) {

    public static final LineText EMPTY = new LineText(List.of());

    /** Git's rule: a NUL among the first bytes is not text. */
    private static final int LOOK = 8000;

    public LineText {
        lines = List.copyOf(lines);
    }

    /** The lines of {@code bytes}; empty where they are not text. */
    public static Optional<LineText> of(byte[] bytes) {
        return isBinary(bytes) ? Optional.empty() : Optional.of(decoded(bytes, 0, bytes.length));
    }

    /** How many lines there are in {@code bytes}, without making them. */
    public static int count(byte[] bytes) {
        int breaks = 0;
        for (byte b : bytes) {
            breaks += b == '\n' ? 1 : 0;
        }
        return bytes.length > 0 && bytes[bytes.length - 1] != '\n' ? breaks + 1 : breaks;
    }

    /** The lines of {@code text}. */
    public static LineText of(String text) {
        List<String> lines = new ArrayList<>();
        int start = 0;
        while (start < text.length()) {
            int end = text.indexOf('\n', start);
            end = end < 0 ? text.length() : end + 1;
            lines.add(text.substring(start, end));
            start = end;
        }
        return new LineText(lines);
    }

    /** Whether {@code bytes} are something else than text. */
    public static boolean isBinary(byte[] bytes) {
        for (int i = 0; i < Math.min(bytes.length, LOOK); i++) {
            if (bytes[i] == 0) {
                return true;
            }
        }
        return false;
    }

    /** The lines of a part of {@code bytes}, which begins and ends where a line does. */
    static LineText decoded(byte[] bytes, int from, int to) {
        byte[] part = from == 0 && to == bytes.length ? bytes : Arrays.copyOfRange(bytes, from, to);
        try {
            return of(CodePoints.decode(part));
        } catch (Problem notUtf8) {
            return of(new String(part, StandardCharsets.ISO_8859_1));
        }
    }
}
