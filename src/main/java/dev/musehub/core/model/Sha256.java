package dev.musehub.core.model;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A SHA-256 value: the id of every object, snapshot and commit. 32 bytes held as four longs, because pushes keep
 * hundreds of thousands of them in sets and arrays.
 */
public record Sha256(long w0, long w1, long w2, long w3) implements Comparable<Sha256> {

    public static final int BYTES = 32;
    public static final int HEX_LENGTH = 64;
    public static final String PREFIX = "sha256:";

    /** It comes before all others. */
    public static final Sha256 ZEROS = new Sha256(0, 0, 0, 0);

    private static final HexFormat HEX = HexFormat.of();

    /** A fresh SHA-256 digest; every JDK has one. */
    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** The hash of {@code content}. */
    public static Sha256 of(byte[] content) {
        return ofBytes(digest().digest(content));
    }

    /** The hash of the first {@code length} bytes of {@code content}. */
    public static Sha256 of(byte[] content, int length) {
        MessageDigest digest = digest();
        digest.update(content, 0, length);
        return ofBytes(digest.digest());
    }

    /** The 32 bytes of each of {@code ids}, behind each other. */
    public static byte[] bytes(List<Sha256> ids) {
        ByteBuffer all = ByteBuffer.allocate(BYTES * ids.size());
        ids.forEach(id -> all.put(id.bytes()));
        return all.array();
    }

    /** The value of exactly 32 bytes. */
    public static Sha256 ofBytes(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a SHA-256 value has 32 bytes, not " + bytes.length);
        }
        return new Sha256(word(bytes, 0), word(bytes, 8), word(bytes, 16), word(bytes, 24));
    }

    /** Parses 64 lower-case hex digits, as inside {@code .muse} files; empty for anything else. */
    public static Optional<Sha256> parseHex(CharSequence text) {
        return text.length() == HEX_LENGTH ? parseAt(text, 0) : Optional.empty();
    }

    /** Parses {@code sha256:} and 64 lower-case hex digits, as on the wire; empty for anything else. */
    public static Optional<Sha256> parse(CharSequence text) {
        int hex = PREFIX.length();
        return text.length() == hex + HEX_LENGTH && PREFIX.contentEquals(text.subSequence(0, hex)) ? parseAt(text, hex)
                : Optional.empty();
    }

    private static Optional<Sha256> parseAt(CharSequence text, int start) {
        long[] words = new long[4];
        for (int i = 0; i < HEX_LENGTH; i++) {
            char c = text.charAt(start + i);
            int digit;
            if (c >= '0' && c <= '9') {
                digit = c - '0';
            } else if (c >= 'a' && c <= 'f') {
                digit = c - 'a' + 10;
            } else {
                return Optional.empty();
            }
            words[i >> 4] = words[i >> 4] << 4 | digit;
        }
        return Optional.of(new Sha256(words[0], words[1], words[2], words[3]));
    }

    private static long word(byte[] b, int at) {
        long w = 0;
        for (int i = 0; i < 8; i++) {
            w = w << 8 | b[at + i] & 0xff;
        }
        return w;
    }

    /** The 32 bytes, most significant first. */
    public byte[] bytes() {
        byte[] out = new byte[BYTES];
        for (int i = 0; i < 8; i++) {
            int shift = 56 - 8 * i;
            out[i] = (byte) (w0 >>> shift);
            out[8 + i] = (byte) (w1 >>> shift);
            out[16 + i] = (byte) (w2 >>> shift);
            out[24 + i] = (byte) (w3 >>> shift);
        }
        return out;
    }

    /** 64 lower-case hex digits: the form inside {@code .muse} files. */
    public String hex() {
        return HEX.formatHex(bytes());
    }

    /** Writes the 64 hex digits as ASCII into {@code target} at {@code at}; the hot path of snapshot ids. */
    public void writeHex(byte[] target, int at) {
        writeHex(w0, target, at);
        writeHex(w1, target, at + 16);
        writeHex(w2, target, at + 32);
        writeHex(w3, target, at + 48);
    }

    private static final byte[] DIGITS = "0123456789abcdef".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private static void writeHex(long word, byte[] target, int at) {
        for (int i = 0; i < 16; i++) {
            target[at + i] = DIGITS[(int) (word >>> (60 - 4 * i)) & 0xf];
        }
    }

    /** Unsigned byte order, the order of the hex form. */
    @Override
    public int compareTo(Sha256 o) {
        int c = Long.compareUnsigned(w0, o.w0);
        c = c != 0 ? c : Long.compareUnsigned(w1, o.w1);
        c = c != 0 ? c : Long.compareUnsigned(w2, o.w2);
        return c != 0 ? c : Long.compareUnsigned(w3, o.w3);
    }

    /** Written out, as java spins a record's own at each start, which takes tens of milliseconds of a small push. */
    @Override
    public boolean equals(Object o) {
        return o instanceof Sha256 other && w0 == other.w0 && w1 == other.w1 && w2 == other.w2 && w3 == other.w3;
    }

    /** The words are a uniform hash already. */
    @Override
    public int hashCode() {
        return (int) w0;
    }

    /** The wire form, {@code sha256:} and 64 hex digits. */
    @Override
    public String toString() {
        return PREFIX + hex();
    }

    /**
     * Parses the wire form of an id; {@code what} names it in the error.
     *
     * @throws Problem {@code invalid-id}
     */
    public static Sha256 require(String text, String what) {
        return parse(text).orElseThrow(() -> new Problem(Problem.Code.INVALID_ID,
                what + " must be 'sha256:' and 64 lower-case hex digits"));
    }
}
