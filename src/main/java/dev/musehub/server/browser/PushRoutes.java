package dev.musehub.server.browser;

import dev.musehub.core.model.Problem;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.pages.repository.PushesPage;
import dev.musehub.repositories.PushLog;
import dev.musehub.server.access.Session;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Semaphore;

/**
 * The page of pushes and its server-sent events: {@code running} when the running pushes look different, {@code ended}
 * with the table when one has ended. Each event carries a piece of the page. Of several hubs behind one address, each
 * sends the running pushes that it receives itself, and the ended ones of all.
 */
public final class PushRoutes {

    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration SILENCE = Duration.ofSeconds(5);
    /** After this time the browser connects again, and its right to read is checked again. */
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final int LISTENERS = 200;

    private final PushesPage page;
    private final PushLog pushes;
    private final Semaphore listeners = new Semaphore(LISTENERS);
    private volatile boolean draining;

    public PushRoutes(Pool pool, PushLog pushes) {
        this.page = new PushesPage(pool, pushes);
        this.pushes = pushes;
    }

    /** Ends the stream of every listener within half a second. */
    public void drain() {
        draining = true;
    }

    /** {@code pushes}: the latest pushes. */
    public PageAnswer page(PageRequest request) throws SQLException {
        Repository repository = request.repository();
        return PageAnswer.of(repository, page.page(repository));
    }

    /** {@code pushes/live}: events until the browser leaves, the hub stops, or the time is over. */
    public PageAnswer live(PageRequest request) throws IOException, SQLException, InterruptedException {
        Repository repository = request.repository();
        if (!listeners.tryAcquire()) {
            throw new Problem(Problem.Code.BUSY, "too many pages listen to pushes; reload the page instead");
        }
        try (OutputStream out = request.call().stream("text/event-stream; charset=utf-8")) {
            send(out, repository, request);
        } finally {
            listeners.release();
        }
        return new PageAnswer.Written();
    }

    /** Refuses a reader who may no longer read the repository, or who has signed out. */
    private static void check(PageRequest request) throws SQLException {
        new PageRequest(request.call(), Session.of(request.call(), request.access()), request.access()).repository();
    }

    private void send(OutputStream out, Repository repository, PageRequest request)
            throws IOException, SQLException, InterruptedException {
        long start = System.nanoTime();
        long sent = start;
        String shown = "";
        // The last push that the page shows; others may have ended since it was made.
        long ended = request.number("after", pushes.last(repository.id()));
        while (!draining && System.nanoTime() - start < LONGEST.toNanos()) {
            String running = page.running(repository).html();
            if (!running.equals(shown)) {
                check(request);
                event(out, "running", running);
                shown = running;
                sent = System.nanoTime();
            }
            long now = pushes.last(repository.id());
            if (now != ended) {
                check(request);
                event(out, "ended", page.table(repository).html());
                ended = now;
                sent = System.nanoTime();
            }
            if (System.nanoTime() - sent > SILENCE.toNanos()) {
                out.write(":\n\n".getBytes(StandardCharsets.US_ASCII));
                out.flush();
                sent = System.nanoTime();
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
