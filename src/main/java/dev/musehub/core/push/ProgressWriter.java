package dev.musehub.core.push;

import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.FrameWriter;
import java.io.IOException;
import java.time.Duration;

/**
 * The answer's side of a push: P frames while it runs, then one X or R. A virtual thread of its own writes the P
 * frames, at most two a second, and one after each {@code heartbeat} of silence, however slow a batch or statement is;
 * the push itself only notes where it is and never waits for a client that does not read. Where the request came
 * through a proxy, no P goes out before all of it was read: nginx stops forwarding a request once its answer begins,
 * and Go's proxies lose pieces of it.
 */
public final class ProgressWriter implements AutoCloseable {

    private static final Duration LOOK = Duration.ofMillis(500);

    private final FrameWriter out;
    private final Duration heartbeat;
    private final long start = System.nanoTime();
    private final Thread writer;
    private volatile Frame.Progress now = new Frame.Progress("receive", 0, 0, 0);
    private boolean held;
    private boolean closed;
    private boolean ended;

    /** {@code held} until {@link #requestRead}. */
    public ProgressWriter(FrameWriter out, Duration heartbeat, boolean held) {
        this.out = out;
        this.held = held;
        this.heartbeat = heartbeat;
        this.writer = Thread.ofVirtual().name("heartbeat").start(this::beat);
    }

    /** Notes how far {@code phase} is. */
    void at(String phase, long done, long total) {
        now = new Frame.Progress(phase, done, total, 0);
    }

    /** {@code progress}, with the time since the start: a phase may be silent for long, and time goes on. */
    private Frame.Progress timed(Frame.Progress progress) {
        return new Frame.Progress(progress.phase(), progress.done(), progress.total(),
                (System.nanoTime() - start) / 1_000_000);
    }

    /** All of the request has been read. */
    synchronized void requestRead() {
        held = false;
    }

    /** How far the push is. */
    public Frame.Progress now() {
        return timed(now);
    }

    private void beat() {
        Frame.Progress told = now;
        long toldAt = start;
        try {
            while (true) {
                synchronized (this) {
                    if (!closed) {
                        wait(Math.min(LOOK.toMillis(), heartbeat.toMillis()));
                    }
                    if (closed) {
                        return;
                    }
                    Frame.Progress current = now;
                    long silence = System.nanoTime() - toldAt;
                    if (!held && (current != told && silence >= LOOK.toNanos() || silence >= heartbeat.toNanos())) {
                        out.write(timed(current));
                        out.flush();
                        told = current;
                        toldAt = System.nanoTime();
                    }
                }
            }
        } catch (IOException e) {
            // The client is gone; reading the rest of its stream will fail too, and that ends the push.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the P frames and writes the last frame, unless one is written already. */
    public void finish(Frame last) throws IOException {
        close();
        synchronized (this) {
            if (!ended) {
                ended = true;
                out.write(last);
                out.flush();
            }
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        boolean interrupted = false;
        while (writer.isAlive()) {
            try {
                writer.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
