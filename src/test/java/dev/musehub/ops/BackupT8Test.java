package dev.musehub.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.model.Problem;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.store.DiskStore;
import dev.musehub.postgres.Migrations;
import dev.musehub.testing.Audit;
import dev.musehub.testing.History;
import dev.musehub.testing.PushFixture;
import dev.musehub.testing.TestDatabase;
import dev.musehub.testing.TestHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The drill: back up beside pushes, restore elsewhere, check everything, push on. */
@Tag("T8")
class BackupT8Test {

    @TempDir
    private Path temp;
    private TestHub hub;
    private DiskStore store;

    @BeforeEach
    void open() throws IOException {
        hub = new TestHub(temp.resolve("hub"));
        store = new DiskStore(temp.resolve("hub/objects"), false);
    }

    @AfterEach
    void close() {
        hub.close();
    }

    private int push(TestHub to, String slug, History history) {
        return to.send("POST", "/dev/" + slug + "/push/stream", "Authorization: Bearer " + TestHub.TOKEN + "\r\n",
                History.bytes(history.push("main"))).status();
    }

    private Backup.Copied backup() throws IOException, SQLException {
        return new Backup(hub.hub().pool(), store).run(temp.resolve("backup"));
    }

    private static long repository(Pool pool, String slug) throws SQLException {
        try (Connection c = pool.acquire("test")) {
            return PushFixture.find(c, "dev", slug).orElseThrow().id();
        }
    }

    private String restored(Path data) throws IOException, SQLException {
        String url = TestDatabase.freshUrl();
        try (Pool pool = TestDatabase.pool(url)) {
            Restore.run(temp.resolve("backup"), pool, data.resolve("objects"));
        }
        return url;
    }

    @Test
    void aBackupTakenDuringPushesIsAWholeHub() throws Exception {
        History history = History.line("first", 40);
        assertEquals(200, push(hub, "first", history));
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch going = new CountDownLatch(3);
        Thread pusher = Thread.ofVirtual().start(() -> {
            for (int i = 0; !done.get(); i++) {
                push(hub, "during" + i % 5, History.line("during " + i % 5, 3 + i / 5));
                going.countDown();
            }
        });
        going.await();
        Backup.Copied copied = backup();
        done.set(true);
        pusher.join();
        assertTrue(copied.rows() > 0 && copied.files() > 0);

        Path data = temp.resolve("elsewhere");
        String url = restored(data);
        try (TestHub second = new TestHub(data, Optional.empty(), url);
                DiskStore objects = new DiskStore(data.resolve("objects"), false)) {
            Pool pool = second.hub().pool();
            assertEquals(List.of(), new Fsck(pool, objects, new Fsck.FsckOptions(true, true), _ -> { }).run().findings());
            assertEquals(40, Audit.of(pool, objects, repository(pool, "first")).commits());
            // It is a hub like any other: the same token pushes on, and new rows get new numbers.
            history.commit("more", Map.of("more.txt", "more"));
            assertEquals(200, push(second, "first", history));
            assertEquals(200, push(second, "new", History.line("new", 2)));
        }
    }

    @Test
    void theSecondBackupCopiesOnlyWhatIsNewAndDropsWhatIsGone() throws IOException, SQLException {
        push(hub, "a", History.line("a", 5));
        assertEquals(1, backup().files());
        assertEquals(0, backup().files());
        push(hub, "b", History.line("b", 5));
        assertEquals(1, backup().files());
        hub.sql("delete from branches where repo_id = (select id from repositories where slug = 'a')");
        new Collect(hub.hub().pool(), store, Duration.ZERO).run(Duration.ZERO);
        backup();
        try (Stream<Path> files = Files.walk(temp.resolve("backup/objects"))) {
            assertEquals(1, files.filter(Files::isRegularFile).count());
        }
    }

    @Test
    void aLostSegmentIsToldAndAllTheRestIsSaved() throws IOException, SQLException {
        push(hub, "a", History.line("a", 5));
        Path lost = segments(temp.resolve("hub/objects")).getFirst();
        push(hub, "b", History.line("b", 5));
        Files.delete(lost);
        Backup.Copied copied = backup();
        assertEquals(List.of(lost.getFileName().toString()), copied.missing().stream().map(Object::toString).toList());
        assertEquals(1, copied.files());
        assertTrue(Files.exists(temp.resolve("backup/rows/backup.json")));
        assertEquals(0, backup().files());
    }

    @Test
    void whatAnEarlierBackupHasOfALostSegmentStays() throws IOException, SQLException {
        push(hub, "a", History.line("a", 5));
        backup();
        Path source = segments(temp.resolve("hub/objects")).getFirst();
        Path copy = segments(temp.resolve("backup/objects")).getFirst();
        byte[] whole = Files.readAllBytes(source);
        Files.write(source, Arrays.copyOf(whole, whole.length / 2));
        assertEquals(1, backup().missing().size());
        assertArrayEquals(whole, Files.readAllBytes(copy));
        Files.delete(source);
        assertEquals(1, backup().missing().size());
        assertArrayEquals(whole, Files.readAllBytes(copy));
    }

    @Test
    void aCopyThatWasCutOffIsCopiedAgain() throws IOException, SQLException {
        push(hub, "a", History.line("a", 5));
        backup();
        Path copy = segments(temp.resolve("backup/objects")).getFirst();
        byte[] whole = Files.readAllBytes(copy);
        Files.write(copy, Arrays.copyOf(whole, whole.length / 2));
        assertEquals(1, backup().files());
        assertArrayEquals(whole, Files.readAllBytes(copy));
    }

    @Test
    void foreignFilesBelowObjectsAreLeftAlone() throws IOException, SQLException {
        push(hub, "a", History.line("a", 5));
        backup();
        Path foreign = Files.writeString(temp.resolve("backup/objects/.DS_Store"), "x");
        Files.writeString(temp.resolve("backup/objects/note.new"), "x");
        assertEquals(List.of(), backup().missing());
        assertTrue(Files.exists(foreign));
        Path data = temp.resolve("elsewhere");
        String url = restored(data);
        assertTrue(Files.notExists(data.resolve("objects/.DS_Store")));
        new TestHub(data, Optional.empty(), url).close();
    }

    @Test
    void anEmptyHubIsRestoredToo() throws IOException, SQLException {
        backup();
        Path data = temp.resolve("elsewhere");
        String url = restored(data);
        new TestHub(data, Optional.empty(), url).close();
    }

    private static List<Path> segments(Path objects) throws IOException {
        try (Stream<Path> files = Files.walk(objects)) {
            return files.filter(f -> DiskStore.segment(f).isPresent()).toList();
        }
    }

    @Test
    void aUsedDatabaseIsNotRestoredInto() throws IOException, SQLException {
        push(hub, "a", History.line("a", 2));
        backup();
        Problem used = assertThrows(Problem.class, () -> Restore.run(temp.resolve("backup"), hub.hub().pool(),
                temp.resolve("x")));
        assertEquals(Problem.Code.CONFLICT, used.code());
        assertTrue(Files.notExists(temp.resolve("x")));
    }

    @Test
    void whereThereIsNoBackupThatIsSaid() {
        assertEquals(Problem.Code.NOT_FOUND, assertThrows(Problem.class, () -> Restore.run(temp.resolve("nothing"),
                hub.hub().pool(), temp.resolve("x"))).code());
    }

    @Test
    void backupsAndCollectionsExcludeEachOther() throws SQLException {
        try (Connection other = hub.hub().pool().acquire("test")) {
            assertTrue(Dump.tryLock(other));
            assertEquals(Problem.Code.BUSY, assertThrows(Problem.class, this::backup).code());
            assertEquals(Problem.Code.BUSY, assertThrows(Problem.class,
                    () -> new Collect(hub.hub().pool(), store).run(Duration.ZERO)).code());
            Dump.unlock(other);
        }
    }

    @Test
    void anotherSchemaIsRefused() throws IOException, SQLException {
        push(hub, "a", History.line("a", 2));
        backup();
        Path about = temp.resolve("backup/rows/backup.json");
        Files.writeString(about, Files.readString(about).replaceFirst("\"schema\":[0-9]+", "\"schema\":99"));
        try (Pool pool = TestDatabase.pool(TestDatabase.freshUrl())) {
            Migrations.apply(pool);
            Problem other = assertThrows(Problem.class, () -> Restore.run(temp.resolve("backup"), pool,
                    temp.resolve("x")));
            assertTrue(other.getMessage().contains("99"), other.getMessage());
        }
    }
}
