package dev.musehub.server.http;

import dev.musehub.core.model.Problem;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Ends requests whose client has stalled: in the head, in the body, or in taking the answer. The JDK's server would
 * wait for ever, and keep the memory of the request. One virtual thread looks at all running waits. It interrupts a
 * thread that waits too long, which closes the channel of that thread.
 */
public final class IdleTimeouts implements AutoCloseable {

    /** A body below this rate counts as stalled: so slow a sender only occupies the hub. */
    static final int DRIP_BYTES_PER_SECOND = 512;

    /** Answers are written in pieces of this size; the time limit is for each piece. */
    private static final int PIECE = 64 << 10;

    private final Duration limit;
    private final Set<Wait> waits = ConcurrentHashMap.newKeySet();
    private final ScopedValue<Wait> head = ScopedValue.newInstance();
    private final Thread watch;

    public IdleTimeouts(Duration limit) {
        this.limit = limit;
        this.watch = Thread.ofVirtual().name("idle-timeouts").start(this::watch);
    }

    /** Runs {@code request}, whose head must arrive in time: until it calls {@link #headArrived} on the same thread. */
    public Runnable guardHead(Runnable request) {
        return () -> {
            Wait wait = new Wait();
            wait.begin();
            try {
                ScopedValue.where(head, wait).run(request);
            } finally {
                wait.end();
            }
        };
    }

    /** The head of the current thread's request has arrived. */
    public void headArrived() {
        head.get().end();
    }

    /** {@code body}; reading fails and closes the connection when it stalls or only drips. */
    Body guard(InputStream body) {
        return new Body(body);
    }

    /** {@code answer}; writing fails and closes the connection when the client no longer reads. */
    TimedAnswer guard(OutputStream answer) {
        return new TimedAnswer(answer);
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(limit.dividedBy(4));
                long now = System.nanoTime();
                waits.forEach(wait -> wait.endIfLong(now));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        watch.interrupt();
    }

    /** The waits of one thread, one after another, for one stream. */
    private final class Wait {
        private Thread waiting;
        private Optional<Runnable> lastWord = Optional.empty();
        private boolean ended;
        private long since;
        /** Time waited and bytes received since the rate was last checked. */
        private long nanos;
        private long bytes;

        synchronized void begin() {
            waiting = Thread.currentThread();
            since = System.nanoTime();
            waits.add(this);
        }

        synchronized void end() {
            waiting = null;
            waits.remove(this);
        }

        /** Ends a wait that brought {@code count} bytes. Fails when the bytes come too slowly. */
        synchronized void end(int count) throws IOException {
            end();
            if (ended) {
                throw new IOException("the body stalled");
            }
            nanos += System.nanoTime() - since;
            bytes += Math.max(0, count);
            if (nanos >= limit.toNanos()) {
                boolean drips = bytes < DRIP_BYTES_PER_SECOND * limit.toSeconds();
                nanos = 0;
                bytes = 0;
                if (drips) {
                    throw new IOException("the body only drips");
                }
            }
        }

        synchronized void endIfLong(long now) {
            if (waiting == null || now - since <= limit.toNanos()) {
                return;
            }
            if (lastWord.isEmpty()) {
                ended = true;
                waiting.interrupt();
            } else if (!ended) {
                ended = true;
                // A thread of its own, because the client may not read the answer either.
                Thread.ofVirtual().name("last word").start(() -> {
                    lastWord.get().run();
                    interrupt();
                });
            }
        }

        private synchronized void interrupt() {
            if (waiting != null) {
                waiting.interrupt();
            }
        }

        synchronized void lastWord(Runnable word) {
            lastWord = Optional.of(word);
        }

        /** Clears the interrupt of a wait that was ended: what the thread does next must not be interrupted. */
        synchronized void clear() {
            if (ended) {
                Thread.interrupted();
            }
        }
    }

    /** A guarded body. */
    final class Body extends FilterInputStream {
        private final Wait wait = new Wait();
        private long received;
        private boolean malformed;
        private boolean failed;

        Body(InputStream in) {
            super(in);
        }

        /** Sets what is told to the client where the body stalls, before its connection is closed. */
        void lastWord(Consumer<Problem> tell) {
            wait.lastWord(() -> tell.accept(new Problem(Problem.Code.TRUNCATED_STREAM, "nothing came for "
                    + limit.toSeconds() + " s; push again, only the rest will be sent")));
        }

        /** Bytes read so far. */
        long received() {
            return received;
        }

        /** Whether reading failed: the client is gone, or has been silent for too long. */
        boolean failed() {
            return failed;
        }

        /** Whether the rest cannot be read, because the chunks are malformed. */
        boolean malformed() {
            return malformed;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] b, int off, int len) throws IOException {
            if (failed) {
                throw new IOException("the body broke off");
            }
            failed = true;
            int count;
            wait.begin();
            try {
                count = in.read(b, off, len);
            } catch (IndexOutOfBoundsException e) {
                // The JDK's server counts a chunk of 2 GiB or more as a negative length.
                malformed = true;
                throw new IOException("the body is in malformed chunks", e);
            } finally {
                wait.end();
                wait.clear();
            }
            received += Math.max(0, count);
            wait.end(count);
            failed = false;
            return count;
        }

        /**
         * Reads and drops the rest, up to {@code most} bytes. Closing a connection with unread bytes resets it, and
         * then the client may never see the answer.
         */
        void pass(long most) {
            byte[] pass = new byte[8 << 10];
            long left = most;
            try {
                for (int n = 0; n >= 0 && left > 0; left -= n) {
                    n = read(pass, 0, (int) Math.min(left, pass.length));
                }
            } catch (IOException e) {
                // The client has gone; nobody waits for an answer.
            }
        }
    }

    /** A guarded answer. */
    final class TimedAnswer extends FilterOutputStream {
        private final Wait wait = new Wait();
        /** Volatile, because a push writes its progress from a thread of its own. */
        private volatile long sent;
        private volatile boolean failed;

        TimedAnswer(OutputStream out) {
            super(out);
        }

        /** Bytes written so far. */
        long sent() {
            return sent;
        }

        /** Whether writing failed: the client is gone, or does not read. */
        boolean failed() {
            return failed;
        }

        private void count(int more) {
            sent = sent + more;
        }

        private interface Action {
            void run() throws IOException;
        }

        private void guarded(Action action) throws IOException {
            wait.begin();
            try {
                action.run();
            } catch (IOException e) {
                failed = true;
                throw e;
            } finally {
                wait.end();
                wait.clear();
            }
        }

        @Override
        public void write(int b) throws IOException {
            guarded(() -> out.write(b));
            count(1);
        }

        @Override
        public void write(byte[] b, int off, int len) throws IOException {
            for (int done = 0; done < len; done += PIECE) {
                int at = off + done;
                int piece = Math.min(PIECE, len - done);
                guarded(() -> out.write(b, at, piece));
                count(piece);
            }
        }

        @Override
        public void flush() throws IOException {
            guarded(out::flush);
        }

        @Override
        public void close() throws IOException {
            guarded(out::close);
        }
    }
}
