package dev.musehub.core.io;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * Bounded concurrent work of one caller, on virtual threads. {@link #submit} waits while as many tasks as allowed are
 * under way. The first failure is the last task: what has not begun is not run, and the next call throws the failure.
 * {@link #close} waits for what runs, so no task outlives its scope. One thread submits, joins and closes.
 */
public final class Tasks implements AutoCloseable {

    private final ExecutorService threads;
    private final int most;
    private final Optional<Semaphore> permits;
    private int underWay;
    private Throwable failure;

    /** A piece of work. */
    public interface Task {
        void run() throws IOException;
    }

    private Tasks(ExecutorService threads, int most, Optional<Semaphore> permits) {
        this.threads = threads;
        this.most = most;
        this.permits = permits;
    }

    /** Tasks that run one after the other, in the order of {@link #submit}; {@code ahead} of them may be unfinished. */
    public static Tasks inOrder(String name, int ahead) {
        return new Tasks(Executors.newSingleThreadExecutor(Thread.ofVirtual().name(name).factory()), ahead,
                Optional.empty());
    }

    /** Tasks that run at the same time, at most {@code most} of them. */
    public static Tasks atOnce(String name, int most) {
        return new Tasks(Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name(name, 0).factory()), most,
                Optional.empty());
    }

    /** Begins {@code task} as soon as there is room; throws what an earlier one threw. */
    public void submit(Task task) throws IOException {
        submit(task, () -> { });
    }

    /** The same; {@code afterwards} runs in any case, also where {@code task} is not run because another one failed. */
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
            try {
                if (!failed()) {
                    task.run();
                }
            } catch (Throwable e) {
                fail(e);
            } finally {
                afterwards.run();
                end();
            }
        });
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
            default -> throw new IllegalStateException(failure);
        }
    }

    private void begin() throws IOException {
        synchronized (this) {
            waitUntilFewerThan(most);
            throwFailure();
            underWay++;
        }
        if (permits.isPresent()) {
            try {
                permits.get().acquire();
            } catch (InterruptedException e) {
                leave();
                throw interrupted();
            }
        }
    }

    private void end() {
        permits.ifPresent(Semaphore::release);
        leave();
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

    /** What {@link #map} does with each element. */
    public interface Question<T, R> {
        R ask(T about) throws IOException;
    }

    /**
     * The answers about {@code all}, in their order; {@code permits}, which others may share, bound what runs at a
     * time.
     */
    public static <T, R> List<R> map(Collection<T> all, Semaphore permits, Question<T, R> question) throws IOException {
        List<R> answers = new ArrayList<>(Collections.nCopies(all.size(), null));
        ExecutorService threads = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("ask", 0).factory());
        try (Tasks tasks = new Tasks(threads, Integer.MAX_VALUE, Optional.of(permits))) {
            int next = 0;
            for (T about : all) {
                int at = next++;
                tasks.submit(() -> {
                    R answer = question.ask(about);
                    synchronized (answers) {
                        answers.set(at, answer);
                    }
                });
            }
            tasks.join();
        } catch (IOException | RuntimeException e) {
            threads.shutdownNow();
            throw e;
        }
        return answers;
    }
}
