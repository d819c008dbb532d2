package dev.musehub.core.push;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * Content that claims two formats at once: a picture or document that is a web page, a script or an archive as well,
 * made to be taken for one and run as the other. Archives that merely contain such things are none.
 */
final class Polyglots {

    /** How far readers look for a beginning: browsers for markup, PDF readers for their header. */
    private static final int HEAD = 1024;

    /** An archive's directory ends at most so far before the end of the file: 22 bytes and a comment. */
    private static final int ARCHIVE_TAIL = 22 + 65_535;

    private Polyglots() {
    }

    /**
     * Refuses a polyglot.
     *
     * @throws Problem {@code polyglot}, naming the two formats
     */
    static void refuse(Sha256 id, byte[] content) {
        Optional<String> first = declared(content);
        Optional<String> second = first.flatMap(format -> hidden(format, content));
        if (second.isPresent()) {
            throw new Problem(Problem.Code.POLYGLOT, "object " + id + " is " + first.get() + " and " + second.get()
                    + " at once, which this repository refuses; remove the file, or let the owner allow it")
                    .with("object", id.toString());
        }
    }

    /** The format that the first bytes declare, of those that are shown rather than unpacked. */
    private static Optional<String> declared(byte[] b) {
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
        if (starts(b, "BM") && b.length > 6 && littleEndian(b, 2, 4) == b.length) {
            return Optional.of("BMP");
        }
        return Optional.empty();
    }

    private static Optional<String> hidden(String declared, byte[] b) {
        String head = new String(b, 0, Math.min(HEAD, b.length), StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
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
        return endsAsArchive(b) ? Optional.of("ZIP") : Optional.empty();
    }

    /** Whether the file ends with the directory of an archive whose comment reaches exactly to the end. */
    private static boolean endsAsArchive(byte[] b) {
        for (int at = b.length - 22; at >= 0 && at >= b.length - ARCHIVE_TAIL; at--) {
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
