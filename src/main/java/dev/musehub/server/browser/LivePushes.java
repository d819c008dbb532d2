package dev.musehub.server.browser;

import dev.musehub.core.model.Problem;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.pages.Site;
import dev.musehub.repositories.PushLog;
import dev.musehub.server.http.Exchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Semaphore;

/**
 * Server-sent events about the pushes of a repository: {@code running} whenever what runs looks different, {@code ended}
 * with the table when one has ended; each is a piece of the page. With several hubs behind one address each tells of the
 * pushes that it receives itself, and the ended ones of all.
 */
final class LivePushes {

    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration SILENCE = Duration.ofSeconds(5);
    /** A browser comes back by itself; meanwhile the repository may have become private. */
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final int LISTENERS = 200;

    private final Site site;
    private final PushLog pushes;
    private final Semaphore listeners = new Semaphore(LISTENERS);
    private volatile boolean draining;

    LivePushes(Site site, PushLog pushes) {
        this.site = site;
        this.pushes = pushes;
    }

    /** Lets every listener go at its next look. */
    void drain() {
        draining = true;
    }

    /** Refuses who may no longer look. */
    interface Permission {
        void check() throws SQLException;
    }

    /** Tells until the browser leaves, the hub stops, or the time is over. */
    void tell(Exchange call, Repository repository, Permission permission)
            throws IOException, SQLException, InterruptedException {
        if (!listeners.tryAcquire()) {
            throw new Problem(Problem.Code.BUSY, "too many pages listen to pushes; reload the page instead");
        }
        try (OutputStream out = call.stream("text/event-stream; charset=utf-8")) {
            tell(out, repository, permission);
        } finally {
            listeners.release();
        }
    }

    private void tell(OutputStream out, Repository repository, Permission permission)
            throws IOException, SQLException, InterruptedException {
        long start = System.nanoTime();
        long told = start;
        String shown = "";
        long ended = pushes.last(repository.id());
        while (!draining && System.nanoTime() - start < LONGEST.toNanos()) {
            String running = site.running(repository);
            if (!running.equals(shown)) {
                permission.check();
                event(out, "running", running);
                shown = running;
                told = System.nanoTime();
            }
            long now = pushes.last(repository.id());
            if (now != ended) {
                permission.check();
                event(out, "ended", site.ended(repository));
                ended = now;
                told = System.nanoTime();
            }
            if (System.nanoTime() - told > SILENCE.toNanos()) {
                out.write(":\n\n".getBytes(StandardCharsets.US_ASCII));
                out.flush();
                told = System.nanoTime();
            }
            Thread.sleep(LOOK);
        }
    }

    private static void event(OutputStream out, String name, String html) throws IOException {
        String text = "event: " + name + "\ndata: " + html.replace("\r", "").replace("\n", "\ndata: ") + "\n\n";
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
