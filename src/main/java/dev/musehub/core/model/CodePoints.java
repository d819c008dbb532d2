package dev.musehub.core.model;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;

/** Text as Muse sees it: ordered by code point, encoded as strict UTF-8. */
public final class CodePoints {

    /**
     * Python's string order. {@link String#compareTo} orders by UTF-16 unit and differs where a character above U+FFFF
     * meets one in U+E000..U+FFFF (format.md, "Ids").
     */
    public static final Comparator<String> ORDER = CodePoints::compare;

    private CodePoints() {
    }

    private static int compare(String a, String b) {
        if (a == b) {
            return 0;
        }
        int n = Math.min(a.length(), b.length());
        for (int i = 0; i < n; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                return rank(x) - rank(y);
            }
        }
        return a.length() - b.length();
    }

    /** Moves the surrogates (code points above U+FFFF) behind the rest of the basic plane. */
    private static int rank(char c) {
        if (c < 0xD800) {
            return c;
        }
        return c >= 0xE000 ? c - 0x800 : c + 0x2000;
    }

    /**
     * The UTF-8 bytes of {@code text}.
     *
     * @throws Problem {@code invalid-text} where it holds half a surrogate pair, which has no encoding
     */
    public static byte[] utf8(String text) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        if (hasLoneSurrogate(text)) {
            throw new Problem(Problem.Code.INVALID_TEXT, "text holds half of a surrogate pair and cannot be encoded");
        }
        return encoded;
    }

    /** Whether some surrogate in {@code text} lacks its other half. */
    public static boolean hasLoneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Decodes strictly.
     *
     * @throws Problem {@code invalid-text} where the bytes are not UTF-8
     */
    public static String decode(byte[] utf8) {
        String text = new String(utf8, StandardCharsets.UTF_8);
        // What is no UTF-8 has become U+FFFD; a text without it was right, which this says quicker than a decoder.
        return text.indexOf('\uFFFD') < 0 ? text : strictly(utf8);
    }

    private static String strictly(byte[] utf8) {
        try {
            CharBuffer chars = StandardCharsets.UTF_8.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(utf8));
            return chars.toString();
        } catch (CharacterCodingException e) {
            throw new Problem(Problem.Code.INVALID_TEXT, "a string is not valid UTF-8");
        }
    }
}
