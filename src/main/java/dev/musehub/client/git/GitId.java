package dev.musehub.client.git;

import java.util.HexFormat;

/**
 * The id of a git object: 20 bytes of SHA-1 or 32 bytes of SHA-256. Longs need little memory, and an import holds the
 * id of every commit.
 *
 * @param width its length in bytes
 */
public record GitId(int width, long w0, long w1, long w2, long w3) {

    private static final HexFormat HEX = HexFormat.of();

    /** Parses 40 or 64 hex digits. */
    public static GitId parse(String hex) {
        if (hex.length() != 40 && hex.length() != 64) {
            throw new IllegalArgumentException("not the id of a git object: " + hex);
        }
        return of(HEX.parseHex(hex), 0, hex.length() / 2);
    }

    /** The id whose {@code width} bytes begin at {@code at}. */
    public static GitId of(byte[] bytes, int at, int width) {
        long[] words = new long[4];
        for (int i = 0; i < width; i++) {
            words[i >> 3] |= (bytes[at + i] & 0xffL) << 56 - 8 * (i & 7);
        }
        return new GitId(width, words[0], words[1], words[2], words[3]);
    }

    /** The hex digits, as git writes them. */
    public String hex() {
        byte[] bytes = new byte[width];
        for (int i = 0; i < width; i++) {
            long word = switch (i >> 3) {
                case 0 -> w0;
                case 1 -> w1;
                case 2 -> w2;
                default -> w3;
            };
            bytes[i] = (byte) (word >>> 56 - 8 * (i & 7));
        }
        return HEX.formatHex(bytes);
    }

    /** The id is a uniform hash already. */
    @Override
    public int hashCode() {
        return (int) w0;
    }
}
