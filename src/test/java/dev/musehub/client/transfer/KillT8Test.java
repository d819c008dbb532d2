package dev.musehub.client.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.cli.Meter;
import dev.musehub.client.hub.HubClient;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.core.history.Commit;
import dev.musehub.core.history.Snapshot;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.push.KillPoint;
import dev.musehub.core.wire.Lease;
import dev.musehub.testing.History;
import dev.musehub.testing.Musehub;
import dev.musehub.testing.S3Server;
import dev.musehub.testing.TestHub;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A hub in a process of its own is killed at every named step of a push. After a restart it has everything that it
 * acknowledged and nothing incomplete, fsck finds no fault, and the same push succeeds.
 */
class KillT8Test {

    private static final int COMMITS = 120;

    @TempDir
    private Path temp;
    private final Map<String, String> environment = new HashMap<>();
    private int round;
    /** The hub between two kills. */
    private Musehub.Serving healthy;

    @AfterEach
    void close() {
        if (healthy != null) {
            healthy.close();
        }
    }

    private MuseRepository local(String name, History history) {
        try {
            MuseRepository local = MuseRepository.create(temp.resolve(name), "", "code", "main");
            history.objects().forEach(local.objects()::write);
            for (Commit commit : history.commits()) {
                local.writeSnapshot(new Snapshot(commit.snapshotId(), history.manifestOf(commit.id()), History.TIME,
                        Optional.empty()));
                local.writeCommit(commit);
            }
            local.setHead("main", history.head());
            return local;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private Musehub.Serving hub(String kill) throws IOException {
        Map<String, String> with = new HashMap<>(environment);
        if (!kill.isEmpty()) {
            with.put("JAVA_TOOL_OPTIONS", "-D" + KillPoint.PROPERTY + "=" + kill);
        }
        return new Musehub.Serving(temp.resolve("hub"), temp, with);
    }

    private static HubClient client(Musehub.Serving hub, String slug) {
        return new HubClient(URI.create(hub.repository(slug)), Optional.of(TestHub.TOKEN));
    }

    private static void push(Musehub.Serving hub, String slug, MuseRepository local, PushRequest.Way way) {
        try (HubClient client = client(hub, slug)) {
            new Push(local, client, Meter.silent()).run(
                    new PushRequest("origin", "main", false, new Lease.None(), way, Optional.empty()));
        }
    }

    /** One round: an acknowledged push, one that kills the hub at {@code point}, and everything after that. */
    private void dies(KillPoint point, int time, PushRequest.Way way) throws IOException, InterruptedException {
        String slug = "r" + round++;
        History history = new History();
        history.commit("first", Map.of("first.txt", slug));
        if (healthy == null) {
            healthy = hub("");
        }
        push(healthy, slug, local(slug + "-first", history), PushRequest.Way.STREAM);
        healthy.close();
        Sha256 acknowledged = history.head();
        for (int i = 0; i < COMMITS; i++) {
            history.commit(slug + " " + i, Map.of("counter", slug + i, "src/f" + i, slug + " file " + i));
        }
        MuseRepository local = local(slug, history);
        try (Musehub.Serving hub = hub(point + ":" + time)) {
            assertThrows(Problem.class, () -> push(hub, slug, local, way), point + " was not passed");
            assertTrue(hub.process().waitFor(30, TimeUnit.SECONDS), point + " did not kill");
            assertEquals(137, hub.process().exitValue());
        }
        healthy = hub("");
        try (HubClient client = client(healthy, slug)) {
            Sha256 head = client.refs().heads().get("main");
            assertEquals(point == KillPoint.BRANCH_AFTER_COMMIT ? history.head() : acknowledged, head);
        }
        fsck(point);
        push(healthy, slug, local, way);
        assertComesBack(healthy, slug, history);
    }

    private void fsck(KillPoint point) throws IOException, InterruptedException {
        Process fsck = Musehub.start(temp, environment, "fsck", "--hash", "--data", temp.resolve("hub").toString());
        String said = new String(fsck.getInputStream().readAllBytes());
        assertEquals(0, fsck.waitFor(), point + ": " + said);
        assertTrue(said.contains("all well"), said);
    }

    private void assertComesBack(Musehub.Serving hub, String slug, History history) throws IOException {
        MuseRepository copy = MuseRepository.create(temp.resolve(slug + "-copy"), "", "code", "main");
        try (HubClient client = client(hub, slug)) {
            HubClient.Refs refs = client.refs();
            assertEquals(history.head(), refs.heads().get("main"));
            new Fetch(copy, client, refs, Meter.silent()).run(List.of(history.head()), List.of());
        }
        history.objects().forEach((id, bytes) -> assertArrayEquals(bytes, copy.objects().read(id)));
    }

    @Test
    void onDiskAtEveryStepOfAStream() throws IOException, InterruptedException {
        List<KillPoint> points = new ArrayList<>(List.of(KillPoint.values()));
        points.remove(KillPoint.CONFIRM_BEFORE_ROWS);
        points.remove(KillPoint.CONFIRM_AFTER_ROWS);
        for (KillPoint point : points) {
            dies(point, 1, PushRequest.Way.STREAM);
        }
        // The second batch or chunk: the first is at the hub and is not sent again.
        for (KillPoint point : List.of(KillPoint.BATCH_BEFORE_ROWS, KillPoint.SNAPSHOTS_BEFORE_CHUNK,
                KillPoint.COMMITS_BEFORE_CHUNK)) {
            dies(point, 2, PushRequest.Way.STREAM);
        }
    }

    @Test
    void inABucketThroughTheHubAndPastIt() throws IOException, InterruptedException {
        try (S3Server server = S3Server.inProcess()) {
            environment.putAll(Map.of("MUSEHUB_S3_BUCKET", "kills", "AWS_ENDPOINT_URL_S3", server.endpoint().toString(),
                    "AWS_ACCESS_KEY_ID", server.key(), "AWS_SECRET_ACCESS_KEY", server.secret()));
            for (KillPoint point : List.of(KillPoint.BATCH_BEFORE_PUT, KillPoint.BATCH_BEFORE_ROWS,
                    KillPoint.BATCH_AFTER_ROWS)) {
                dies(point, 1, PushRequest.Way.STREAM);
            }
            for (KillPoint point : List.of(KillPoint.CONFIRM_BEFORE_ROWS, KillPoint.CONFIRM_AFTER_ROWS,
                    KillPoint.SNAPSHOTS_AFTER_CHUNK, KillPoint.COMMITS_AFTER_CHUNK, KillPoint.BRANCH_BEFORE_COMMIT)) {
                dies(point, 1, PushRequest.Way.DIRECT);
            }
            close();
            healthy = null;
        }
    }
}
