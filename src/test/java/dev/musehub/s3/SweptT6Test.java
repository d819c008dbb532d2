package dev.musehub.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.rows.ObjectRows;
import dev.musehub.core.store.DirectStore;
import dev.musehub.core.store.DirectStore.Offer;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.core.wire.Limits;
import dev.musehub.ops.Collect;
import dev.musehub.testing.Audit;
import dev.musehub.testing.DirectPuts;
import dev.musehub.testing.History;
import dev.musehub.testing.Hooked;
import dev.musehub.testing.PushFixture;
import dev.musehub.testing.S3Server;
import dev.musehub.testing.StoreRelay;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A collection takes from the bucket what a confirm has just found there: then it is missing, and never confirmed. */
@Tag("T6")
class SweptT6Test {

    private static final int OBJECTS = 20;
    private static S3Server server;

    private StoreRelay relay;
    private S3Store store;
    private PushFixture bench;
    private final Map<Sha256, byte[]> objects = new LinkedHashMap<>();

    @BeforeAll
    static void start() {
        server = S3Server.inProcess();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void open() throws IOException {
        relay = new StoreRelay(server.endpoint());
        store = S3Store.open(server.options(relay), _ -> { });
        bench = new PushFixture(store);
        for (int i = 0; i < OBJECTS; i++) {
            byte[] bytes = ("object " + i).getBytes(StandardCharsets.UTF_8);
            objects.put(Sha256.of(bytes), bytes);
        }
    }

    @AfterEach
    void close() {
        bench.close();
        store.close();
        relay.close();
    }

    private void put() throws IOException {
        for (Map.Entry<Sha256, byte[]> object : objects.entrySet()) {
            assertEquals(200, DirectPuts.put(direct().put(Presigning.scope(bench.repository()),
                    new Offer(object.getKey(), object.getValue().length)), object.getValue()));
        }
    }

    private DirectStore direct() {
        return store.direct().orElseThrow();
    }

    private Confirm.ConfirmResult confirm(DirectStore through) throws Exception {
        return new Confirm(bench.pool(), through).run(bench.repository(), objects.keySet(), List.of());
    }

    private Collect.Collected collect(ObjectStore through) throws IOException, SQLException {
        return new Collect(bench.pool(), through, Duration.ZERO).run(Duration.ZERO);
    }

    /** Runs a collection when the last object was found. */
    private DirectStore collecting() {
        AtomicInteger found = new AtomicInteger();
        return Hooked.after(DirectStore.class, direct(), "arrived",
                () -> found.incrementAndGet() == OBJECTS ? collect(store) : null);
    }

    private void allThere() throws IOException, SQLException {
        List<StoredObject> places;
        try (Connection c = bench.pool().acquire("test")) {
            places = ObjectRows.places(c, bench.repository().id(), objects.keySet());
        }
        assertEquals(OBJECTS, places.size());
        try (ObjectStore.Reader reader = store.reader()) {
            for (StoredObject object : places) {
                reader.read(object);
            }
        }
    }

    @Test
    void whatIsSweptBetweenTheQuestionAndTheRowIsMissing() throws Exception {
        put();
        assertEquals(objects.keySet(), Set.copyOf(confirm(collecting()).missing()));
        assertEquals(0, bench.count("from objects"));
        assertEquals(objects.keySet(), Set.copyOf(confirm(direct()).missing()));
        put();
        assertEquals(objects.keySet(), confirm(direct()).confirmed());
        allThere();
        assertEquals(0, collect(store).files());
    }

    @Test
    void whatIsBuriedBetweenTheQuestionAndTheRowIsMissing() throws Exception {
        put();
        assertEquals(objects.keySet(), confirm(direct()).confirmed());
        bench.sql("delete from repository_objects");
        assertEquals(objects.keySet(), Set.copyOf(confirm(collecting()).missing()));
        assertEquals(0, bench.count("from objects"));
        put();
        assertEquals(objects.keySet(), confirm(direct()).confirmed());
        allThere();
    }

    @Test
    void whatAKilledCollectionWasDeletingIsMissingUntilTheNextOneHasDeletedIt() throws Exception {
        put();
        ObjectStore dying = Hooked.before(ObjectStore.class, store, "delete", () -> {
            throw new IOException("killed");
        });
        // The sweep calls the store itself, so a tombstone is what it dies at.
        assertEquals(objects.keySet(), confirm(direct()).confirmed());
        bench.sql("delete from repository_objects");
        assertThrows(IOException.class, () -> collect(dying));
        assertEquals(OBJECTS, bench.count("from swept_places where gone is null"));
        bench.sql("delete from objects");
        assertEquals(objects.keySet(), Set.copyOf(confirm(direct()).missing()));
        collect(store);
        assertEquals(0, bench.count("from swept_places where gone is null"));
        assertEquals(objects.keySet(), Set.copyOf(confirm(direct()).missing()));
        put();
        assertEquals(objects.keySet(), confirm(direct()).confirmed());
        allThere();
    }

    @Test
    void whatTheHubPutsItselfIsStoredAgain() throws Exception {
        AtomicInteger puts = new AtomicInteger();
        ObjectStore hooked = Hooked.after(ObjectStore.class, store, "put",
                () -> puts.incrementAndGet() == 1 ? collect(store) : null);
        History history = History.line("bucket", 3);
        try (PushFixture pushes = new PushFixture(hooked, Limits.DEFAULT, bench.url())) {
            pushes.push(history.push("main"));
        }
        assertEquals(2, puts.get());
        assertTrue(bench.count("from swept_places where gone is not null") > 0);
        assertEquals(3, Audit.of(bench.pool(), store, bench.repository().id()).commits());
    }

    @Test
    void oldDeletionsAreForgotten() throws Exception {
        put();
        assertEquals(OBJECTS, collect(store).files());
        collect(store);
        assertEquals(OBJECTS, bench.count("from swept_places"));
        bench.sql("update swept_places set at = now() - interval '8 days'");
        collect(store);
        assertEquals(0, bench.count("from swept_places"));
    }
}
