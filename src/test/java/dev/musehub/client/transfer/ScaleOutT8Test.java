package dev.musehub.client.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.cli.Meter;
import dev.musehub.client.hub.HubClient;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.client.snapshots.Snapshot;
import dev.musehub.core.history.Commit;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.wire.Lease;
import dev.musehub.jobs.JobRows;
import dev.musehub.testing.Await;
import dev.musehub.testing.History;
import dev.musehub.testing.HttpRelay;
import dev.musehub.testing.Musehub;
import dev.musehub.testing.S3Server;
import dev.musehub.testing.TestDatabase;
import dev.musehub.testing.TestHub;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two hubs behind a proxy, on one PostgreSQL and one bucket. */
@Tag("T8")
@Tag("long")
class ScaleOutT8Test {

    private static final int PUSHERS = 4;
    private static final int BEFORE_KILL = 12;
    private static final int AFTER_KILL = 16;
    /** While one hub is down, a push needs at most this many tries, each with a new connection. */
    private static final int TRIES = 60;

    @TempDir
    private Path temp;
    private final S3Server server = S3Server.inProcess();
    private final String database = TestDatabase.freshUrl();
    private final Map<String, String> environment = new HashMap<>();
    private Musehub.Serving one;
    private Musehub.Serving two;

    @BeforeEach
    void start() throws IOException {
        environment.putAll(Map.of("DATABASE_URL", database, "MUSEHUB_S3_BUCKET", "shared-bucket",
                "AWS_ENDPOINT_URL_S3", server.endpoint().toString(), "AWS_ACCESS_KEY_ID", server.key(),
                "AWS_SECRET_ACCESS_KEY", server.secret()));
        one = new Musehub.Serving(temp.resolve("one"), temp, environment);
        two = new Musehub.Serving(temp.resolve("two"), temp, environment);
    }

    @AfterEach
    void stop() {
        one.close();
        two.close();
        server.close();
    }

    /** A user who pushes commit after commit to a repository of their own and records what the hub acknowledged. */
    private final class Pusher {
        private final URI remote;
        private final PushRequest.Way way;
        private final History history = new History();
        private final MuseRepository local;
        private volatile Optional<Sha256> acknowledged = Optional.empty();

        Pusher(int number, URI proxy) throws IOException {
            remote = URI.create(proxy + "/dev/load" + number);
            way = number == 0 ? PushRequest.Way.DIRECT : PushRequest.Way.STREAM;
            local = MuseRepository.create(temp.resolve("load" + number), "", "code", "main");
        }

        void push() {
            int n = history.commits().size();
            Commit commit = history.commit("commit " + n, Map.of("f" + n, remote + " " + n, "last", remote + "." + n));
            history.objects().forEach(local.objects()::write);
            local.writeSnapshot(new Snapshot(commit.snapshotId(), history.manifestOf(commit.id()), History.TIME,
                    Optional.empty()));
            local.writeCommit(commit);
            local.setHead("main", commit.id());
            for (int i = 1; !acknowledged.equals(Optional.of(commit.id())); i++) {
                try (HubClient client = new HubClient(remote, Optional.of(TestHub.TOKEN))) {
                    new Push(local, client, Meter.silent()).run(
                            new PushRequest("origin", "main", false, new Lease.None(), way, Optional.empty()));
                    acknowledged = Optional.of(commit.id());
                } catch (Problem e) {
                    assertTrue(i < TRIES && e.code() == Problem.Code.UNREACHABLE, () -> "a push failed, the second hub"
                            + " is " + (two.process().isAlive() ? "alive: " : "dead: ") + e);
                }
            }
        }

        /** A fetch must return every commit that was acknowledged before. */
        void fetch(int turn) throws IOException {
            Optional<Sha256> known = acknowledged;
            MuseRepository copy = MuseRepository.create(temp.resolve("copies/" + turn), "", "code", "main");
            try (HubClient client = new HubClient(remote, Optional.of(TestHub.TOKEN))) {
                HubClient.Refs refs = client.refs();
                new Fetch(copy, client, refs, Meter.silent()).run(refs.heads().values(), List.of());
            } catch (Problem e) {
                boolean early = known.isEmpty() && e.code() == Problem.Code.NOT_FOUND;
                assertTrue(early || e.code() == Problem.Code.UNREACHABLE, () -> "a fetch failed: " + e);
                return;
            }
            known.ifPresent(id -> assertTrue(copy.hasCommit(id), "an acknowledged commit was not fetched"));
        }
    }

    @Test
    void oneIsKilledUnderLoadAndTheOtherGoesOnWithAllThatWasAcknowledged() throws Exception {
        List<Pusher> pushers = new ArrayList<>();
        Semaphore pushed = new Semaphore(0);
        AtomicInteger left = new AtomicInteger(BEFORE_KILL + AFTER_KILL);
        try (HttpRelay proxy = new HttpRelay(List.of(URI.create(one.repository("")), URI.create(two.repository(""))));
                ExecutorService load = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < PUSHERS; i++) {
                Pusher pusher = new Pusher(i, proxy.url());
                pushers.add(pusher);
                running.add(load.submit(() -> {
                    try {
                        while (left.getAndDecrement() > 0) {
                            pusher.push();
                            pushed.release();
                        }
                    } catch (AssertionError | RuntimeException e) {
                        left.set(0);
                        pushed.release(BEFORE_KILL);
                        throw e;
                    }
                }));
            }
            running.add(load.submit(() -> {
                for (int turn = 0; left.get() > 0; turn++) {
                    pushers.get(turn % pushers.size()).fetch(turn);
                }
                return null;
            }));
            pushed.acquire(BEFORE_KILL);
            one.kill();
            for (Future<?> each : running) {
                each.get();
            }
            assertTrue(one.process().exitValue() != 0);
            for (Pusher pusher : pushers) {
                assertAllThere(pusher);
            }
        }
        jobsOfTheDeadAreTakenOver();
        Process fsck = Musehub.start(temp, environment, "fsck", "--hash", "--data", temp.resolve("two").toString());
        String said = new String(fsck.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, fsck.waitFor(), said);
        assertTrue(said.contains("all well"), said);
    }

    private void assertAllThere(Pusher pusher) throws IOException {
        MuseRepository copy = MuseRepository.create(temp.resolve("check/" + pusher.remote.getPath()), "", "code",
                "main");
        try (HubClient client = new HubClient(pusher.remote, Optional.of(TestHub.TOKEN))) {
            HubClient.Refs refs = client.refs();
            assertEquals(pusher.acknowledged, Optional.ofNullable(refs.heads().get("main")));
            new Fetch(copy, client, refs, Meter.silent()).run(refs.heads().values(), List.of());
        }
        pusher.history.commits().forEach(commit -> copy.readCommit(commit.id()));
        pusher.history.objects().keySet().forEach(copy.objects()::read);
    }

    /** Moves the start of the jobs of the killed hub into the past, instead of waiting five minutes for their lease. */
    private void jobsOfTheDeadAreTakenOver() throws SQLException {
        try (Pool pool = TestDatabase.pool(database)) {
            try (Connection c = pool.acquire("test"); Statement s = c.createStatement()) {
                // One more job that no running hub works on, so that there is at least one.
                s.executeUpdate("insert into jobs (repo_id, kind, run_at, state, locked_at, attempts)"
                        + " select id, 'growth', now(), 'running', now() - interval '1 hour', 1 from repositories"
                        + " on conflict do nothing");
                s.executeUpdate("update jobs set locked_at = now() - interval '1 hour' where state = 'running'");
            }
            Await.until("an empty queue", () -> {
                try (Connection c = pool.acquire("test")) {
                    return JobRows.byState(c);
                }
            }, jobs -> jobs.equals(Map.of("pending", 0L, "running", 0L, "parked", 0L)));
        }
    }

    @Test
    void aPageOfOneHubHearsOfAPushToTheOther() throws Exception {
        Pusher pusher = new Pusher(1, URI.create(one.repository("").replaceAll("/dev/$", "")));
        pusher.push();
        HttpRequest request = HttpRequest.newBuilder(URI.create(two.repository("load1") + "/pushes/live"))
                .header("Cookie", "musehub=" + TestHub.TOKEN).build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<InputStream> events = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            assertEquals(200, events.statusCode());
            try (BufferedReader lines = new BufferedReader(
                    new InputStreamReader(events.body(), StandardCharsets.UTF_8))) {
                // The first event comes by itself and shows that the page is listening.
                await(lines, "event: running");
                pusher.push();
                await(lines, "event: ended");
            }
        }
    }

    private static void await(BufferedReader lines, String wanted) throws IOException {
        for (String line = lines.readLine(); !wanted.equals(line); line = lines.readLine()) {
            assertTrue(line != null, "the stream ended before '" + wanted + "'");
        }
    }
}
