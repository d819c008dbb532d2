package dev.musehub.repositories;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Content that claims two formats at once: a picture or document that is a web page, a script or an archive as well,
 * made to be taken for one and run as the other. Archives that merely contain such things are none.
 */
public final class Polyglots {

    /** How far readers look for a beginning: browsers for markup, PDF readers for their header. */
    private static final int HEAD = 1024;

    /** An archive's directory ends at most so far before the end of the file: 22 bytes and a comment. */
    private static final int ARCHIVE_TAIL = 22 + 65_535;

    private Polyglots() {
    }

    /** An object that need not be in memory: {@code count} bytes of it from {@code from} on, all within its length. */
    public interface ObjectPieces {
        byte[] read(long from, int count) throws IOException;
    }

    /** Refuses a polyglot that is in memory; see {@link #refuse(Sha256, long, ObjectPieces)}. */
    public static void refuse(Sha256 id, byte[] content) {
        try {
            refuse(id, content.length, pieces(content));
        } catch (IOException e) {
            throw new AssertionError("reading from memory", e);
        }
    }

    /** The pieces of an object in memory. */
    static ObjectPieces pieces(byte[] content) {
        return (from, count) -> Arrays.copyOfRange(content, (int) from, (int) from + count);
    }

    /**
     * Refuses a polyglot.
     *
     * @throws Problem {@code polyglot}, naming the two formats
     */
    public static void refuse(Sha256 id, long size, ObjectPieces content) throws IOException {
        Optional<String> formats = formats(size, content);
        if (formats.isPresent()) {
            throw new Problem(Problem.Code.POLYGLOT, "object " + id + " is " + formats.get()
                    + " at once, which this repository refuses; remove the file, or let the owner allow it")
                    .with("object", id.toString());
        }
    }

    /**
     * The two formats of a polyglot, such as {@code GIF and ZIP}; empty for any other object. Reads the first bytes,
     * and of what is shown rather than unpacked the last ones.
     */
    public static Optional<String> formats(long size, ObjectPieces content) throws IOException {
        byte[] head = content.read(0, (int) Math.min(HEAD, size));
        Optional<String> first = declared(head, size);
        if (first.isEmpty()) {
            return first;
        }
        Optional<String> second = hidden(first.get(), head);
        int tail = (int) Math.min(ARCHIVE_TAIL, size);
        if (second.isEmpty() && endsAsArchive(content.read(size - tail, tail))) {
            second = Optional.of("ZIP");
        }
        return second.map(hidden -> first.get() + " and " + hidden);
    }

    /** The format that the first bytes declare, of those that are shown rather than unpacked. */
    private static Optional<String> declared(byte[] b, long size) {
        if (starts(b, "GIF87a") || starts(b, "GIF89a")) {
            return Optional.of("GIF");
        }
        if (starts(b, "%PDF-")) {
            return Optional.of("PDF");
        }
        if (starts(b, "\u0089PNG\r\n\u001a\n")) {
            return Optional.of("PNG");
        }
        if (starts(b, "\u00ff\u00d8\u00ff")) {
            return Optional.of("JPEG");
        }
        if (starts(b, "BM") && b.length > 6 && littleEndian(b, 2, 4) == size) {
            return Optional.of("BMP");
        }
        return Optional.empty();
    }

    private static Optional<String> hidden(String declared, byte[] b) {
        String head = new String(b, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        for (String markup : new String[] {"<script", "<html", "<!doctype html", "<svg", "<iframe", "<body"}) {
            if (head.contains(markup)) {
                return Optional.of("HTML");
            }
        }
        // GIF89a=... or GIF89a/*...*/=...: the header is a variable's name to a script.
        if (declared.equals("GIF") && (head.startsWith("=", 6) || head.startsWith("/*", 6) && head.contains("*/"))) {
            return Optional.of("JavaScript");
        }
        if (!declared.equals("PDF") && head.contains("%pdf-")) {
            return Optional.of("PDF");
        }
        return Optional.empty();
    }

    /** Whether the file ends with the directory of an archive whose comment reaches exactly to the end. */
    private static boolean endsAsArchive(byte[] b) {
        for (int at = b.length - 22; at >= 0; at--) {
            if (b[at] == 'P' && b[at + 1] == 'K' && b[at + 2] == 5 && b[at + 3] == 6
                    && at + 22 + littleEndian(b, at + 20, 2) == b.length) {
                return true;
            }
        }
        return false;
    }

    private static long littleEndian(byte[] b, int at, int bytes) {
        long n = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            n = n << 8 | b[at + i] & 0xff;
        }
        return n;
    }

    private static boolean starts(byte[] b, String magic) {
        if (b.length < magic.length()) {
            return false;
        }
        for (int i = 0; i < magic.length(); i++) {
            if ((b[i] & 0xff) != magic.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
