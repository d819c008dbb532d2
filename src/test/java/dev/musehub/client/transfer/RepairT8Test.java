package dev.musehub.client.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.cli.Meter;
import dev.musehub.client.hub.HubClient;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.client.snapshots.Snapshot;
import dev.musehub.core.history.Commit;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.store.DiskStore;
import dev.musehub.core.wire.Lease;
import dev.musehub.ops.Fsck;
import dev.musehub.testing.History;
import dev.musehub.testing.TestHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deleted and damaged objects: fsck finds exactly those, and the next push from any repository that has them heals. */
@Tag("T8")
class RepairT8Test {

    @TempDir
    private Path temp;
    private TestHub hub;
    private Path objects;

    @BeforeEach
    void open() {
        hub = new TestHub(temp.resolve("hub"));
        objects = temp.resolve("hub/objects");
    }

    @AfterEach
    void close() {
        hub.close();
    }

    private Push.PushOutcome push(MuseRepository local) {
        try (HubClient client = new HubClient(hub.repository("r"), Optional.of(TestHub.TOKEN))) {
            return new Push(local, client, Meter.silent()).run(
                    new PushRequest("origin", "main", false, new Lease.None(), PushRequest.Way.EITHER,
                    Optional.empty()));
        }
    }

    private MuseRepository local(String name, History history) throws IOException {
        MuseRepository local = MuseRepository.create(temp.resolve(name), "", "code", "main");
        history.objects().forEach(local.objects()::write);
        for (Commit commit : history.commits()) {
            local.writeSnapshot(new Snapshot(commit.snapshotId(), history.manifestOf(commit.id()), History.TIME,
                    Optional.empty()));
            local.writeCommit(commit);
        }
        local.setHead("main", history.head());
        return local;
    }

    private Fsck.FsckReport fsck(boolean hash) throws IOException, SQLException {
        try (DiskStore store = new DiskStore(objects, false)) {
            return new Fsck(hub.hub().pool(), store, new Fsck.FsckOptions(hash, true), _ -> { }).run();
        }
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.walk(objects)) {
            return files.filter(f -> Files.isRegularFile(f) && !f.endsWith("STORE-ID")).sorted().toList();
        }
    }

    private static Set<Sha256> ids(Fsck.FsckReport report) {
        return report.findings().stream().map(Fsck.FsckFinding::id).collect(Collectors.toSet());
    }

    @Test
    void aHealthyHubIsAllWell() throws IOException, SQLException {
        History history = History.line("well", 150);
        push(local("well", history));
        Fsck.FsckReport report = fsck(true);
        assertEquals(List.of(), report.findings());
        assertEquals(history.objects().size(), report.objects());
        assertEquals(150, report.snapshots());
        assertEquals(150, report.commits());
    }

    @Test
    void aDeletedSegmentIsFoundAskedForAndHealedByAPushThatHasNothingElseToSay() throws IOException, SQLException {
        History history = History.line("lost", 60);
        MuseRepository local = local("lost", history);
        push(local);
        List<Path> segments = segments();
        assertEquals(1, segments.size());
        Files.delete(segments.getFirst());
        Fsck.FsckReport lost = fsck(false);
        assertTrue(lost.findings().size() > 1);
        assertTrue(lost.findings().stream().allMatch(f -> f.kind().equals("object")));

        Push.PushOutcome healing = push(local);
        assertEquals(lost.findings().size(), healing.healed());
        assertEquals(Optional.empty(), healing.result());
        assertEquals(List.of(), fsck(true).findings());
        assertEquals(0, push(local).healed());
    }

    /** Reads do not need the id in the header of an entry; who makes rows from segments does. */
    @Test
    void aChangedIdInAHeaderIsFoundByHashing() throws IOException, SQLException {
        MuseRepository local = local("id", History.line("id", 3));
        push(local);
        Path segment = segments().getFirst();
        byte[] bytes = Files.readAllBytes(segment);
        // The first id stands behind the magic and three numbers.
        bytes[20] ^= 1;
        Files.write(segment, bytes);
        assertEquals(1, fsck(true).findings().size());
        assertEquals(1, push(local).healed());
        assertEquals(List.of(), fsck(true).findings());
    }

    @Test
    void changedBytesAreFoundByHashing() throws IOException, SQLException {
        History history = History.line("flipped", 3);
        MuseRepository local = local("flipped", history);
        push(local);
        Path segment = segments().getFirst();
        byte[] bytes = Files.readAllBytes(segment);
        bytes[bytes.length - 1] ^= 1;
        Files.write(segment, bytes);
        assertEquals(List.of(), fsck(false).findings());
        Fsck.FsckReport damaged = fsck(true);
        assertFalse(damaged.findings().isEmpty());
        assertEquals(damaged.findings().size(), push(local).healed());
        assertEquals(List.of(), fsck(true).findings());
    }

    @Test
    void whoeverHasTheObjectHealsItForAll() throws IOException, SQLException {
        History history = History.line("shared", 5);
        push(local("first", history));
        Files.delete(segments().getFirst());
        Set<Sha256> lost = ids(fsck(false));
        MuseRepository other = local("second", history);
        history.commit("more", Map.of("more.txt", "more"));
        MuseRepository ahead = local("third", history);
        assertEquals(lost.size(), push(ahead).healed());
        assertEquals(List.of(), fsck(true).findings());
        assertEquals(lost.size(), history.objects().size() - 1);
        assertTrue(other.objects().has(lost.iterator().next()));
    }

    @Test
    void anObjectThatCameBackByItselfIsNoLongerLost() throws IOException, SQLException {
        push(local("restored", History.line("restored", 5)));
        Path segment = segments().getFirst();
        byte[] bytes = Files.readAllBytes(segment);
        Files.delete(segment);
        assertFalse(fsck(false).findings().isEmpty());
        Files.write(segment, bytes);
        assertEquals(List.of(), fsck(false).findings());
        try (HubClient client = new HubClient(hub.repository("r"), Optional.of(TestHub.TOKEN))) {
            assertFalse(client.refs().lost());
        }
    }

    @Test
    void recordsThatDoNotMatchTheirIdsAreFound() throws IOException, SQLException {
        History history = History.line("records", 10);
        push(local("records", history));
        Commit third = history.commits().get(2);
        Commit fifth = history.commits().get(4);
        hub.sql("update commits set generation = 77 where id = '\\x" + third.id().hex() + "'");
        hub.sql("update commits set record = (select record from commits where id = '\\x" + third.id().hex()
                + "') where id = '\\x" + fifth.id().hex() + "'");
        Commit seventh = history.commits().get(6);
        hub.sql("update commits set mark = id where id = '\\x" + seventh.id().hex() + "'");
        Commit last = history.commits().getLast();
        hub.sql("update snapshots set delta = (select delta from snapshots where id = '\\x" + third.snapshotId().hex()
                + "') where id = '\\x" + last.snapshotId().hex() + "'");
        Fsck.FsckReport report = fsck(false);
        assertEquals(Set.of(third.id(), history.commits().get(3).id(), fifth.id(), seventh.id(),
                history.commits().get(7).id(), last.snapshotId()), ids(report));
    }

    @Test
    void aDamagedLocalCopyHealsNothing() throws IOException, SQLException {
        History history = History.line("both", 2);
        MuseRepository local = local("both", history);
        push(local);
        Files.delete(segments().getFirst());
        int lost = fsck(false).findings().size();
        Sha256 id = history.objects().keySet().iterator().next();
        String hex = id.hex();
        Files.write(temp.resolve("both/.muse/objects").resolve(hex.substring(0, 2)).resolve(hex.substring(2)),
                new byte[] {1});
        assertEquals(lost - 1, push(local).healed());
        assertEquals(Set.of(id), ids(fsck(true)));
    }

    @Test
    void bytesComeBackWholeAfterHealing() throws IOException, SQLException {
        History history = History.line("whole", 4);
        MuseRepository local = local("whole", history);
        push(local);
        Files.delete(segments().getFirst());
        fsck(false);
        push(local);
        MuseRepository copy = MuseRepository.create(temp.resolve("copy"), "", "code", "main");
        try (HubClient client = new HubClient(hub.repository("r"), Optional.of(TestHub.TOKEN))) {
            new Fetch(copy, client, client.refs(), Meter.silent()).run(List.of(history.head()), List.of());
        }
        history.objects().forEach((id, bytes) -> assertArrayEquals(bytes, copy.objects().read(id)));
    }
}
