package dev.musehub.server.api;

import dev.musehub.core.model.Problem;
import dev.musehub.core.push.ProgressWriter;
import dev.musehub.server.http.Failures;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The answers to the pushes that are under way. Safe for many threads. */
final class RunningPushes {

    /** How long a hub that stops waits until clients have its last frame. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    private final Set<ProgressWriter> running = ConcurrentHashMap.newKeySet();

    void add(ProgressWriter progress) {
        running.add(progress);
    }

    void remove(ProgressWriter progress) {
        running.remove(progress);
    }

    /**
     * Ends all with {@code shutting-down}, as the hub stops and cannot wait longer. The connections stay: to close one
     * while the client sends could take the answer from it. Of a client that does not read the hub waits no longer than
     * {@link #FAREWELL}.
     */
    void end() {
        Problem stopping = new Problem(Problem.Code.SHUTTING_DOWN, "the hub is stopping; push again in a moment, only"
                + " the rest will be sent");
        List<Thread> endings = running.stream()
                .map(progress -> Thread.ofVirtual().start(() -> end(progress, stopping))).toList();
        long deadline = System.nanoTime() + FAREWELL.toNanos();
        try {
            for (Thread ending : endings) {
                ending.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends an answer while the thread of the push still reads. */
    static void end(ProgressWriter progress, Problem why) {
        try {
            progress.finish(Failures.frame(why));
        } catch (IOException e) {
            // The client has left.
        }
    }
}
