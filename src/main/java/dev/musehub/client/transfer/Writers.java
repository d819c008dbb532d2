package dev.musehub.client.transfer;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Files being written while the next are read: a few virtual threads, joined before anybody relies on what they wrote.
 * The first failure is thrown by the next call.
 */
public final class Writers implements AutoCloseable {

    /** With what each may hold in memory, the bound on what is on its way to the disk. */
    private static final int AT_A_TIME = 8;

    private final Semaphore writing = new Semaphore(AT_A_TIME);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /** Something to write. */
    public interface Task {
        void run() throws IOException;
    }

    /** Begins to write, as soon as there is room. */
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

    /** Waits until all is written. */
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

    /** Lets those that have begun end, whatever else went wrong. */
    @Override
    public void close() {
        writing.acquireUninterruptibly(AT_A_TIME);
        writing.release(AT_A_TIME);
    }
}
