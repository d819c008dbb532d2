package dev.musehub.core.io;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.function.Function;

/**
 * Passes bytes on, and at their end makes sure that they were those of an id: it throws instead of ending where they
 * were not, or not as many.
 */
public final class HashingStream extends FilterInputStream {

    private final Sha256 id;
    private final long size;
    private final Function<String, Problem> wrong;
    private final MessageDigest digest = Sha256.digest();
    private long read;
    private boolean ended;

    /** {@code wrong} makes the problem of a sentence that says what is wrong. */
    public HashingStream(InputStream in, Sha256 id, long size, Function<String, Problem> wrong) {
        super(in);
        this.id = id;
        this.size = size;
        this.wrong = wrong;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
        int n = super.read(b, off, len);
        if (n > 0) {
            digest.update(b, off, n);
            read += n;
        }
        if (n < 0 && !ended) {
            ended = true;
            if (read != size) {
                throw wrong.apply("it has " + read + " bytes, not " + size);
            }
            Sha256 actual = Sha256.ofBytes(digest.digest());
            if (!actual.equals(id)) {
                throw wrong.apply("its bytes are those of " + actual);
            }
        }
        return n;
    }

    @Override
    public long skip(long n) {
        throw new UnsupportedOperationException("every byte counts");
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
