package dev.musehub.client.transfer;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Writes files on a few virtual threads while the caller reads the next ones. The caller joins them before it relies on
 * the files. The first failure is thrown by the next call.
 */
public final class Writers implements AutoCloseable {

    /** Limits the memory of the files that are being written. */
    private static final int AT_A_TIME = 8;

    private final Semaphore writing = new Semaphore(AT_A_TIME);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /** Something to write. */
    public interface Task {
        void run() throws IOException;
    }

    /** Starts to write a file, as soon as a thread is free. */
    public void begin(Task task) throws IOException {
        acquire(1);
        throwFailure();
        Thread.ofVirtual().start(() -> {
            try {
                task.run();
            } catch (IOException | RuntimeException | Error e) {
                failure.compareAndSet(null, e);
            } finally {
                writing.release();
            }
        });
    }

    /** Waits until all files are written. */
    public void join() throws IOException {
        acquire(AT_A_TIME);
        writing.release(AT_A_TIME);
        throwFailure();
    }

    private void acquire(int permits) throws IOException {
        try {
            writing.acquire(permits);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while files were being written");
        }
    }

    private void throwFailure() throws IOException {
        switch (failure.get()) {
            case null -> { }
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Throwable e -> throw new AssertionError("a writer failed", e);
        }
    }

    /** Waits for the threads that are running, also after a failure. */
    @Override
    public void close() {
        writing.acquireUninterruptibly(AT_A_TIME);
        writing.release(AT_A_TIME);
    }
}
