package dev.musehub.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.rows.ObjectRows;
import dev.musehub.core.store.DiskStore;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.core.wire.Lease;
import dev.musehub.core.wire.Limits;
import dev.musehub.repositories.DeletedRows;
import dev.musehub.s3.S3Store;
import dev.musehub.testing.Audit;
import dev.musehub.testing.GcRaces;
import dev.musehub.testing.History;
import dev.musehub.testing.Hooked;
import dev.musehub.testing.PushFixture;
import dev.musehub.testing.S3Server;
import dev.musehub.testing.StoreRelay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What nobody reaches goes, what somebody reaches stays, and nothing goes before its time. */
@Tag("T5")
class CollectT5Test {

    private static final Duration NOW = Duration.ZERO;

    @TempDir
    private Path root;
    private DiskStore store;
    private PushFixture bench;

    @BeforeEach
    void open() throws IOException {
        store = new DiskStore(root);
        bench = new PushFixture(store);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private Collect collect() {
        return new Collect(bench.pool(), store, Duration.ZERO);
    }

    private long segments() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile).count();
        }
    }

    private Map<String, Long> counts() {
        return Map.of("commits", bench.count("from commits"), "snapshots", bench.count("from snapshots"),
                "objects", bench.count("from objects"), "given", bench.count("from repository_objects"));
    }

    @Test
    void whatBranchesTagsAndReleasesReachStays() throws IOException, SQLException {
        for (String name : List.of("main", "tagged", "released")) {
            bench.push(History.line(name, 20).push(name));
        }
        for (String[] label : new String[][] {{"tags", "tagged"}, {"releases", "released"}}) {
            bench.sql("insert into " + label[0] + " (repo_id, id, commit_id, tag, record) select repo_id,"
                    + " gen_random_uuid(), head, 'v1', '\\x00' from branches where name = '" + label[1] + "'");
            bench.sql("delete from branches where name = '" + label[1] + "'");
        }
        Map<String, Long> before = counts();
        assertEquals(60, before.get("commits"));
        assertEquals(new Collect.Collected(0, 0, 0, 0, 0, 0), collect().run(NOW));
        assertEquals(before, counts());
    }

    @Test
    void aDeletedBranchGoesWithAllThatOnlyItReached() throws IOException, SQLException {
        History main = History.line("main", 5);
        bench.push(main.push("main"));
        Map<String, Long> before = counts();
        History side = History.line("side", 30);
        bench.push(side.push("side"));
        bench.sql("delete from branches where name = 'side'");
        Collect.Collected counted = collect().dryRun(NOW);
        assertEquals(30, counted.commits());
        assertEquals(30, counted.snapshots());
        assertEquals(side.objects().size(), counted.objects());
        assertEquals(35, bench.count("from commits"));

        Collect.Collected gone = collect().run(NOW);
        assertEquals(List.of(30L, 30L, (long) side.objects().size()),
                List.of(gone.commits(), gone.snapshots(), gone.objects()));
        assertEquals(counted.bytes(), gone.bytes());
        assertEquals(before, counts());
        assertEquals(1, segments());
    }

    @Test
    void aTagKeepsWhatItsBranchNoLongerDoes() throws IOException, SQLException {
        History history = History.line("tagged", 4);
        bench.push(history.push("main"));
        bench.sql("insert into tags (repo_id, id, commit_id, tag, record) select repo_id, gen_random_uuid(), head, 'v1',"
                + " '\\x00' from branches");
        bench.sql("delete from branches");
        assertEquals(0, collect().run(NOW).commits());
        bench.sql("delete from tags");
        assertEquals(4, collect().run(NOW).commits());
    }

    @Test
    void aDeletedRepositoryGoesWithAllThatWasInIt() throws IOException, SQLException {
        History history = History.line("doomed", 12);
        bench.push(history.push("main"));
        bench.sql("insert into reflog (repo_id, branch, forced, user_id) select id, 'x' || n, false, owner_id"
                + " from repositories, generate_series(1, 1200) n");
        bench.sql("insert into tags (repo_id, id, commit_id, tag, record) select repo_id, gen_random_uuid(), head, 'v1',"
                + " '\\x00' from branches");
        bench.sql("insert into comments (repo_id, commit_id, user_id, body) select b.repo_id, head, owner_id, 'x'"
                + " from branches b join repositories r on r.id = b.repo_id");
        bench.sql("insert into members (repo_id, user_id, role) select id, owner_id, 'reader' from repositories");
        try (Connection c = bench.pool().acquire("test")) {
            DeletedRows.delete(c, bench.repository());
        }
        // A push that had found the repository before.
        Problem late = assertThrows(Problem.class, () -> bench.push(History.line("late", 2).push("main")));
        assertEquals(Problem.Code.NOT_FOUND, late.code());

        assertEquals(0, collect().run(Duration.ofHours(1)).commits());
        assertEquals(1, bench.count("from repositories"));
        Collect.Collected counted = collect().dryRun(NOW);
        assertEquals(List.of(14L, 14L), List.of(counted.commits(), counted.snapshots()));
        assertTrue(counted.objects() >= history.objects().size());
        collect().run(NOW);
        assertEquals(0, bench.count("from repositories"));
        assertEquals(Map.of("commits", 0L, "snapshots", 0L, "objects", 0L, "given", 0L), counts());
        assertEquals(0, segments());
    }

    @Test
    void whatIsYoungerThanTheGraceStays() throws IOException, SQLException {
        bench.push(History.line("young", 3).push("main"));
        bench.sql("delete from branches");
        Map<String, Long> before = counts();
        assertEquals(0, collect().run(Duration.ofHours(1)).objects());
        assertEquals(before, counts());
    }

    @Test
    void whatAPushHasSentSoFarStaysWithinTheGraceAndGoesAfterIt() throws IOException, SQLException {
        History history = History.line("half", 3);
        bench.push(history.push(History.header("main", Optional.empty(), false, new Lease.None()),
                history.objects().keySet(), List.of()));
        assertEquals(0, collect().run(Duration.ofMinutes(5)).objects());
        assertEquals(history.objects().size(), collect().run(NOW).objects());
        bench.push(history.push("main"));
        assertEquals(history.objects().size(), bench.count("from objects"));
    }

    @Test
    void anObjectOfTwoRepositoriesStaysWhileOneReachesIt() throws IOException, SQLException {
        History history = History.line("two", 3);
        bench.push(history.push("main"));
        bench.push(bench.another("second"), new java.io.ByteArrayInputStream(History.bytes(history.push("main"))));
        bench.sql("delete from branches where repo_id = (select id from repositories where slug = 'repo')");
        assertEquals(0, collect().run(NOW).objects());
        assertEquals(history.objects().size(), bench.count("from repository_objects"));
    }

    @Test
    void aSegmentWithoutRowsGoesButNotBeforeItsRowsCouldHaveCome() throws IOException, SQLException {
        store.put(List.of(new ObjectStore.Blob(Sha256.of(new byte[] {1}), new byte[] {1})));
        assertEquals(0, new Collect(bench.pool(), store).run(NOW).files());
        assertEquals(1, segments());
        assertEquals(1, collect().run(NOW).files());
        assertEquals(0, segments());
    }

    @Test
    void aCollectionBetweenBytesAndRowsLosesNothing() throws Exception {
        History history = History.line("between", 3);
        AtomicInteger collections = new AtomicInteger();
        ObjectStore hooked = Hooked.after(ObjectStore.class, store, "put",
                () -> collections.incrementAndGet() == 1 ? collect().run(NOW) : null);
        try (PushFixture pushes = new PushFixture(hooked, Limits.DEFAULT, bench.url())) {
            pushes.push(history.push("main"));
            assertEquals(2, collections.get(), "the batch was stored again, once");
            assertEquals(3, Audit.of(pushes.pool(), store, pushes.repository().id()).commits());
        }
        assertEquals(1, segments());
    }

    @Test
    void whatIsCollectedAgainAndAgainIsNotAcknowledged() {
        History history = History.line("always", 3);
        ObjectStore hooked = Hooked.after(ObjectStore.class, store, "put", () -> collect().run(NOW));
        try (PushFixture pushes = new PushFixture(hooked, Limits.DEFAULT, bench.url())) {
            Problem busy = assertThrows(Problem.class, () -> pushes.push(history.push("main")));
            assertEquals(Problem.Code.BUSY, busy.code());
            assertEquals(0, pushes.count("from objects"));
        }
    }

    @Test
    void aLostObjectIsNotHealedByBytesThatACollectionTook() throws Exception {
        History history = History.line("lost", 2);
        bench.push(history.push("main"));
        bench.sql("update objects set lost_at = now()");
        AtomicInteger collections = new AtomicInteger();
        ObjectStore hooked = Hooked.after(ObjectStore.class, store, "put",
                () -> collections.incrementAndGet() == 1 ? collect().run(NOW) : null);
        try (PushFixture pushes = new PushFixture(hooked, Limits.DEFAULT, bench.url())) {
            pushes.push(history.push(History.header("main", Optional.empty(), false, new Lease.None()),
                    history.objects().keySet(), List.of()));
            assertEquals(2, Audit.of(pushes.pool(), store, pushes.repository().id()).commits());
            assertEquals(0, pushes.count("from objects where lost_at is not null"));
        }
    }

    @Test
    void aTombstoneIsNeitherTrustedNorGiven() throws IOException, SQLException {
        History history = History.line("tomb", 2);
        bench.push(history.push("main"));
        bench.sql("delete from branches");
        bench.sql("truncate repository_objects, snapshot_objects, snapshots, commits cascade");
        bench.sql("update objects set tombstoned_at = now()");
        long before = segments();
        // The same push again: every object is stored anew, elsewhere, and its row lives.
        bench.push(history.push("main"));
        assertEquals(0, bench.count("from objects where tombstoned_at is not null"));
        assertEquals(before + 1, segments());
        assertEquals(history.objects().size(), bench.count("from repository_objects"));
    }

    @Test
    void aRunThatWasKilledBetweenTombstoneAndBurialIsGoneOnWith() throws IOException, SQLException {
        bench.push(History.line("killed", 2).push("main"));
        bench.sql("truncate branches, repository_objects, snapshot_objects, snapshots, commits cascade");
        bench.sql("update objects set tombstoned_at = now()");
        assertTrue(collect().run(Duration.ofDays(1)).objects() > 0);
        assertEquals(0, bench.count("from objects"));
    }

    @Test
    void aTombstoneRevivedMeanwhileIsNotBuried() throws IOException, SQLException {
        byte[] bytes = {1, 2, 3};
        ObjectStore.Blob blob = new ObjectStore.Blob(Sha256.of(bytes), bytes);
        List<StoredObject> old = store.put(List.of(blob));
        List<StoredObject> fresh = store.put(List.of(blob));
        try (Connection c = bench.pool().acquire("test")) {
            ObjectRows.insert(c, old, 0);
            CollectRows.mark(c, List.of(blob.id()));
            List<StoredObject> tombstones = CollectRows.tombstones(c, 10);
            assertEquals(old, tombstones);
            ObjectRows.insert(c, fresh, 0);
            assertEquals(0, CollectRows.bury(c, tombstones));
            assertEquals(1, bench.count("from objects where segment = '" + fresh.getFirst().place().orElseThrow().segment()
                    + "'"));
        }
        try (ObjectStore.Reader reader = store.reader()) {
            assertArrayEquals(bytes, reader.read(fresh.getFirst()));
        }
    }

    @Test
    void collectionsWithoutPauseBesidePushesThatReuseTombstonesLeaveNoGhost() throws Exception {
        GcRaces.Outcome outcome = GcRaces.run(bench, store, 4, 40, 20261121);
        assertEquals(List.of(), outcome.violations());
        assertTrue(outcome.collections() > 0 && outcome.pushes() == 160, outcome.toString());
    }

    @Test
    void inABucketNeither() throws Exception {
        try (S3Server server = S3Server.inProcess(); StoreRelay relay = new StoreRelay(server.endpoint());
                S3Store bucket = S3Store.open(server.options(relay), _ -> { });
                PushFixture pushes = new PushFixture(bucket)) {
            GcRaces.Outcome outcome = GcRaces.run(pushes, bucket, 4, 10, 20261121);
            assertEquals(List.of(), outcome.violations());
            assertTrue(outcome.collections() > 0 && outcome.pushes() == 40, outcome.toString());
            assertTrue(relay.requests().stream().anyMatch(r -> r.method().equals("DELETE") || r.method().equals("POST")),
                    "nothing was ever collected");
        }
    }
}
