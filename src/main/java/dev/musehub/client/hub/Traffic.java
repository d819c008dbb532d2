package dev.musehub.client.hub;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts the bytes that this process exchanges with hubs, with HTTP heads and chunk marks but without what TLS adds.
 * One command is one process, so the counters belong to the process.
 */
public final class Traffic {

    private static final LongAdder SENT = new LongAdder();
    private static final LongAdder RECEIVED = new LongAdder();

    private Traffic() {
    }

    public static long sent() {
        return SENT.sum();
    }

    public static long received() {
        return RECEIVED.sum();
    }

    /** Counts what is read. */
    static InputStream counted(InputStream in) {
        return new FilterInputStream(in) {
            @Override
            public int read() throws IOException {
                int b = in.read();
                RECEIVED.add(b < 0 ? 0 : 1);
                return b;
            }

            @Override
            public int read(byte[] b, int off, int len) throws IOException {
                int n = in.read(b, off, len);
                RECEIVED.add(Math.max(n, 0));
                return n;
            }
        };
    }

    /** Counts what is written. */
    static OutputStream counted(OutputStream out) {
        return new FilterOutputStream(out) {
            @Override
            public void write(int b) throws IOException {
                out.write(b);
                SENT.increment();
            }

            @Override
            public void write(byte[] b, int off, int len) throws IOException {
                out.write(b, off, len);
                SENT.add(len);
            }
        };
    }
}
