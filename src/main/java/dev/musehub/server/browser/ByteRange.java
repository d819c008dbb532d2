package dev.musehub.server.browser;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The part of a file that a {@code Range} header asks for: {@code length} bytes from {@code from} on. */
record ByteRange(long from, long length) {

    private static final int STEP = 64 << 10;

    private static final Pattern ONE = Pattern.compile("bytes=([0-9]{0,18})-([0-9]{0,18})");

    /**
     * The part of a file of {@code size} bytes; empty where the header is not of one valid range, and then the whole
     * file is the right answer. A range with no byte of the file has length 0.
     */
    static Optional<ByteRange> of(String header, long size) {
        Matcher range = ONE.matcher(header);
        if (!range.matches() || header.endsWith("=-")) {
            return Optional.empty();
        }
        if (range.group(1).isEmpty()) {
            long last = Math.min(size, Long.parseLong(range.group(2)));
            return Optional.of(new ByteRange(size - last, last));
        }
        long from = Long.parseLong(range.group(1));
        long to = range.group(2).isEmpty() ? Long.MAX_VALUE - 1 : Long.parseLong(range.group(2));
        return from > to ? Optional.empty()
                : Optional.of(new ByteRange(from, Math.max(0, Math.min(size, to + 1) - from)));
    }

    /** Writes this part of {@code file}. */
    void copy(InputStream file, OutputStream out) throws IOException {
        file.skipNBytes(from);
        byte[] step = new byte[STEP];
        for (long left = length; left > 0;) {
            int n = file.readNBytes(step, 0, (int) Math.min(left, STEP));
            if (n == 0) {
                throw new EOFException("the file is shorter than it was");
            }
            out.write(step, 0, n);
            left -= n;
        }
    }
}
