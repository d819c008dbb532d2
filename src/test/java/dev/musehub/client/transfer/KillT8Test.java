package dev.musehub.client.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.musehub.cli.Meter;
import dev.musehub.client.hub.HubClient;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.client.snapshots.Snapshot;
import dev.musehub.core.history.Commit;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.push.KillPoint;
import dev.musehub.core.store.DiskStore;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.core.wire.Lease;
import dev.musehub.ops.Fsck;
import dev.musehub.s3.S3Options;
import dev.musehub.s3.S3Store;
import dev.musehub.testing.History;
import dev.musehub.testing.Musehub;
import dev.musehub.testing.S3Server;
import dev.musehub.testing.TestDatabase;
import dev.musehub.testing.TestHub;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A hub in a process of its own is killed at every named step of a push. After a restart it has everything that it
 * acknowledged and nothing incomplete, fsck finds no fault, and the same push succeeds.
 *
 * <p>Each death has its own data directory, database and bucket. Only the hub that dies is a process; the hubs before
 * and after it run in this JVM. That the embedded PostgreSQL of a killed hub is found and replaced is the subject of
 * {@code EmbeddedPostgresT5Test}.
 */
@Tag("T8")
class KillT8Test {

    /** Less than a batch and a chunk, or more than one of each. */
    private static final int FEW_COMMITS = 25;
    private static final int COMMITS = 120;

    @TempDir
    private Path temp;

    static List<Arguments> onDisk() {
        List<Arguments> deaths = new ArrayList<>();
        for (KillPoint point : KillPoint.values()) {
            if (point != KillPoint.CONFIRM_BEFORE_ROWS && point != KillPoint.CONFIRM_AFTER_ROWS) {
                deaths.add(Arguments.of(point, 1));
            }
        }
        // The second batch or chunk: the first is at the hub and is not sent again.
        for (KillPoint point : List.of(KillPoint.BATCH_BEFORE_ROWS, KillPoint.SNAPSHOTS_BEFORE_CHUNK,
                KillPoint.COMMITS_BEFORE_CHUNK)) {
            deaths.add(Arguments.of(point, 2));
        }
        return deaths;
    }

    @ParameterizedTest
    @MethodSource
    void onDisk(KillPoint point, int time) throws IOException, InterruptedException, SQLException {
        dies(point, time, PushRequest.Way.STREAM, Optional.empty(), Map.of());
    }

    @ParameterizedTest
    @EnumSource(names = {"CONFIRM_BEFORE_ROWS", "CONFIRM_AFTER_ROWS"})
    void inABucketPastTheHub(KillPoint point) throws IOException, InterruptedException, SQLException {
        inABucket(point, PushRequest.Way.DIRECT);
    }

    @Tag("long")
    @ParameterizedTest
    @CsvSource({"BATCH_BEFORE_PUT, STREAM", "BATCH_BEFORE_ROWS, STREAM", "BATCH_AFTER_ROWS, STREAM",
        "SNAPSHOTS_AFTER_CHUNK, DIRECT", "COMMITS_AFTER_CHUNK, DIRECT", "BRANCH_BEFORE_COMMIT, DIRECT"})
    void inABucketAtTheOtherSteps(KillPoint point, PushRequest.Way way)
            throws IOException, InterruptedException, SQLException {
        inABucket(point, way);
    }

    private void inABucket(KillPoint point, PushRequest.Way way) throws IOException, InterruptedException, SQLException {
        try (S3Server server = S3Server.inProcess()) {
            S3Options bucket = new S3Options(server.endpoint(), server.endpoint(), "us-east-1", "kills", server.key(),
                    server.secret(), true, S3Options.PUT_BYTES);
            dies(point, 1, way, Optional.of(bucket), Map.of("MUSEHUB_S3_BUCKET", "kills", "AWS_ENDPOINT_URL_S3",
                    server.endpoint().toString(), "AWS_ACCESS_KEY_ID", server.key(), "AWS_SECRET_ACCESS_KEY",
                    server.secret()));
        }
    }

    /** An acknowledged push, one that kills the hub at {@code point}, and everything after that. */
    private void dies(KillPoint point, int time, PushRequest.Way way, Optional<S3Options> bucket, Map<String,
            String> more)
            throws IOException, InterruptedException, SQLException {
        Path data = temp.resolve("hub");
        String database = TestDatabase.freshUrl();
        History history = new History();
        history.commit("first", Map.of("first.txt", "first"));
        try (TestHub hub = new TestHub(data, bucket, database)) {
            push(hub.repository("r"), local("first", history), PushRequest.Way.STREAM);
        }
        Sha256 acknowledged = history.head();
        for (int i = 0; i < (time > 1 ? COMMITS : FEW_COMMITS); i++) {
            history.commit("commit " + i, Map.of("counter", "c" + i, "src/f" + i, "file " + i));
        }
        MuseRepository local = local("local", history);
        Map<String, String> environment = new HashMap<>(more);
        environment.put("DATABASE_URL", database);
        environment.put("JAVA_TOOL_OPTIONS", "-D" + KillPoint.PROPERTY + "=" + point + ":" + time);
        try (Musehub.Serving hub = new Musehub.Serving(data, temp, environment)) {
            assertThrows(Problem.class, () -> push(URI.create(hub.repository("r")), local, way),
                    point + " was not passed");
            assertEquals(137, hub.process().waitFor());
        }
        try (TestHub hub = new TestHub(data, bucket, database)) {
            try (HubClient client = client(hub.repository("r"))) {
                Sha256 head = client.refs().heads().get("main");
                assertEquals(point == KillPoint.BRANCH_AFTER_COMMIT ? history.head() : acknowledged, head);
            }
            try (ObjectStore store = bucket.isPresent() ? S3Store.open(bucket.get(), _ -> { })
                    : new DiskStore(data.resolve("objects"), false)) {
                assertEquals(List.of(), new Fsck(hub.hub().pool(), store, new Fsck.FsckOptions(true, false), _ -> { })
                        .run().findings());
            }
            push(hub.repository("r"), local, way);
            assertComesBack(hub.repository("r"), history);
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

    private static HubClient client(URI remote) {
        return new HubClient(remote, Optional.of(TestHub.TOKEN));
    }

    private static void push(URI remote, MuseRepository local, PushRequest.Way way) {
        try (HubClient client = client(remote)) {
            new Push(local, client, Meter.silent()).run(
                    new PushRequest("origin", "main", false, new Lease.None(), way, Optional.empty()));
        }
    }

    private void assertComesBack(URI remote, History history) throws IOException {
        MuseRepository copy = MuseRepository.create(temp.resolve("copy"), "", "code", "main");
        try (HubClient client = client(remote)) {
            HubClient.Refs refs = client.refs();
            assertEquals(history.head(), refs.heads().get("main"));
            new Fetch(copy, client, refs, Meter.silent()).run(List.of(history.head()), List.of());
        }
        history.objects().forEach((id, bytes) -> assertArrayEquals(bytes, copy.objects().read(id)));
    }
}
