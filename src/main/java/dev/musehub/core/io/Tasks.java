package dev.musehub.core.io;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * Bounded concurrent work of one caller, on virtual threads. {@link #submit} waits while as many tasks as allowed are
 * under way. After a failure no other task begins, and the next call throws it.
 * {@link #close} waits for what runs, so no task outlives its scope. One thread submits, joins and closes.
 */
public final class Tasks implements AutoCloseable {

    private final ExecutorService threads;
    private final int most;
    private final Gate gate;
    private int underWay;
    private Throwable failure;

    /** A piece of work. */
    public interface Task {
        void run() throws IOException, InterruptedException;
    }

    /** A bound that tasks of several callers share. Each task begins and ends once. */
    public interface Gate {

        /** Waits for room. */
        void begin() throws InterruptedException;

        /** Gives the room back. */
        void end();

        /** The gate that is always open. */
        Gate OPEN = of(new Semaphore(Integer.MAX_VALUE));

        /** A gate with as many places as {@code permits} has. */
        static Gate of(Semaphore permits) {
            return new Gate() {
                @Override
                public void begin() throws InterruptedException {
                    permits.acquire();
                }

                @Override
                public void end() {
                    permits.release();
                }
            };
        }
    }

    private Tasks(ExecutorService threads, int most, Gate gate) {
        this.threads = threads;
        this.most = most;
        this.gate = gate;
    }

    /** Tasks that run one after the other, in the order of {@link #submit}; {@code ahead} of them may be unfinished. */
    public static Tasks inOrder(String name, int ahead) {
        return new Tasks(Executors.newSingleThreadExecutor(Thread.ofVirtual().name(name).factory()), ahead,
                Gate.OPEN);
    }

    /** Tasks that run at the same time, at most {@code most} of them. */
    public static Tasks atOnce(String name, int most) {
        return new Tasks(threadPerTask(name), most, Gate.OPEN);
    }

    /** Tasks that run at the same time, as many as {@code gate} lets through. */
    public static Tasks within(String name, Gate gate) {
        return new Tasks(threadPerTask(name), Integer.MAX_VALUE, gate);
    }

    private static ExecutorService threadPerTask(String name) {
        return Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name(name, 0).factory());
    }

    /** Begins {@code task} as soon as there is room; throws what an earlier one threw. */
    public void submit(Task task) throws IOException {
        submit(task, () -> { });
    }

    /**
     * The same. {@code afterwards} runs in any case, also where {@code task} is not run because another one failed. It
     * runs when the task has left its {@link Gate}.
     */
    public void submit(Task task, Runnable afterwards) throws IOException {
        boolean begun = false;
        try {
            begin();
            begun = true;
        } finally {
            if (!begun) {
                afterwards.run();
            }
        }
        threads.execute(() -> {
            guarded(() -> {
                try {
                    if (!failed()) {
                        task.run();
                    }
                } finally {
                    gate.end();
                }
            });
            guarded(afterwards::run);
            leave();
        });
    }

    /** Keeps what {@code part} throws, before anybody can see that the task has ended. */
    private void guarded(Task part) {
        try {
            part.run();
        } catch (Throwable e) {
            fail(e);
        }
    }

    /** Returns when all that was submitted has ended; throws what the first failed task threw. */
    public synchronized void join() throws IOException {
        waitUntilFewerThan(1);
        throwFailure();
    }

    /** Throws what the first failed task threw, if one has failed. */
    public synchronized void throwFailure() throws IOException {
        switch (failure) {
            case null -> { }
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case InterruptedException _ -> throw interrupted();
            default -> throw new IllegalStateException(failure);
        }
    }

    private void begin() throws IOException {
        synchronized (this) {
            waitUntilFewerThan(most);
            throwFailure();
            underWay++;
        }
        try {
            gate.begin();
        } catch (InterruptedException e) {
            leave();
            throw interrupted();
        }
    }

    private synchronized void leave() {
        underWay--;
        notifyAll();
    }

    private synchronized boolean failed() {
        return failure != null;
    }

    private synchronized void fail(Throwable e) {
        if (failure == null) {
            failure = e;
        }
    }

    private void waitUntilFewerThan(int count) throws IOException {
        while (underWay >= count) {
            try {
                wait();
            } catch (InterruptedException e) {
                throw interrupted();
            }
        }
    }

    private static InterruptedIOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("interrupted while waiting for work under way");
    }

    /** Waits for the tasks that run. */
    @Override
    public void close() {
        threads.close();
    }
}
