package dev.musehub.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ends requests whose client has stopped sending in the middle: the JDK's server would wait for the rest for ever, and
 * keep what the request holds. One virtual thread looks at all reads that are under way.
 */
final class IdleReads implements AutoCloseable {

    private final Duration limit;
    private final Set<Guarded> reading = ConcurrentHashMap.newKeySet();
    private final Thread watch;

    IdleReads(Duration limit) {
        this.limit = limit;
        this.watch = Thread.ofVirtual().name("idle-reads").start(this::watch);
    }

    /** {@code body}, of which a single read that lasts longer than the limit fails and closes the connection. */
    InputStream guard(InputStream body) {
        return new Guarded(body);
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(limit.dividedBy(4));
                long now = System.nanoTime();
                reading.forEach(read -> read.endIfOlder(now - limit.toNanos()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        watch.interrupt();
    }

    private final class Guarded extends FilterInputStream {
        private Thread reader;
        private long since;

        Guarded(InputStream in) {
            super(in);
        }

        /** Interrupting the thread of a read closes its channel; never done between two reads. */
        synchronized void endIfOlder(long nanoTime) {
            if (reader != null && since - nanoTime < 0) {
                reader.interrupt();
            }
        }

        private synchronized void begin() {
            reader = Thread.currentThread();
            since = System.nanoTime();
            reading.add(this);
        }

        private synchronized void end() {
            reader = null;
            reading.remove(this);
        }

        @Override
        public int read() throws IOException {
            begin();
            try {
                return super.read();
            } finally {
                end();
            }
        }

        @Override
        public int read(byte[] b, int off, int len) throws IOException {
            begin();
            try {
                return super.read(b, off, len);
            } finally {
                end();
            }
        }
    }
}
