package dev.musehub.files;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * The next bytes of another stream, a known number of them. An end before that number is an error. Closing it leaves
 * the other stream open.
 */
public class LimitedStream extends InputStream {

    private final InputStream in;
    private final String brokenOff;
    private long left;

    /**
     * A stream of the next {@code bytes} bytes of {@code in}.
     *
     * @param brokenOff the message if {@code in} ends before
     */
    public LimitedStream(InputStream in, long bytes, String brokenOff) {
        this.in = in;
        this.left = bytes;
        this.brokenOff = brokenOff;
    }

    /** The number of bytes still to be read. */
    public final long left() {
        return left;
    }

    /** Goes on with {@code bytes} more bytes. */
    protected final void extend(long bytes) {
        left = bytes;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
        if (len == 0 || left == 0) {
            return len == 0 ? 0 : -1;
        }
        int n = in.read(b, off, (int) Math.min(left, len));
        if (n < 0) {
            throw new EOFException(brokenOff);
        }
        left -= n;
        return n;
    }
}
