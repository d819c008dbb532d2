package dev.musehub.core.io;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/** Many blocking requests at once, joined before the call returns. */
public final class Parallel {

    private Parallel() {
    }

    /** One request. */
    public interface ParallelTask<T, R> {
        R ask(T about) throws IOException;
    }

    /** The answers in the order of {@code all}; the first failure ends the rest. {@code permits} bounds them. */
    public static <T, R> List<R> map(Collection<T> all, Semaphore permits, ParallelTask<T, R> request)
            throws IOException, InterruptedException {
        List<R> answers = new ArrayList<>(all.size());
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<R>> running = new ArrayList<>(all.size());
            for (T about : all) {
                permits.acquire();
                running.add(threads.submit(() -> {
                    try {
                        return request.ask(about);
                    } finally {
                        permits.release();
                    }
                }));
            }
            try {
                for (Future<R> answer : running) {
                    answers.add(answer.get());
                }
            } catch (ExecutionException e) {
                threads.shutdownNow();
                throw unwrapped(e);
            }
        }
        return answers;
    }

    /** What a request threw, to be thrown again. */
    public static IOException unwrapped(ExecutionException e) {
        switch (e.getCause()) {
            case RuntimeException r -> throw r;
            case Error r -> throw r;
            case IOException io -> {
                return io;
            }
            default -> throw new IllegalStateException(e.getCause());
        }
    }
}
