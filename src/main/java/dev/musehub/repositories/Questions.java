package dev.musehub.repositories;

import dev.musehub.core.io.Tasks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Semaphore;

/** Asks the same about many things at a time. */
public final class Questions {

    private Questions() {
    }

    /** What is asked about each. */
    public interface Question<T, R> {
        R ask(T about) throws IOException;
    }

    /**
     * The answers about {@code all}, in their order; {@code permits}, which others may share, bound what runs at a
     * time.
     */
    public static <T, R> List<R> map(Collection<T> all, Semaphore permits, Question<T, R> question) throws IOException {
        List<R> answers = new ArrayList<>(Collections.nCopies(all.size(), null));
        try (Tasks tasks = Tasks.within("ask", Tasks.Gate.of(permits))) {
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
        }
        return answers;
    }
}
