package dev.musehub.core.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.ZstdCompressCtx;
import dev.musehub.core.fetch.FetchObjects;
import dev.musehub.core.io.Zstd;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoreLocation;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.model.SweptPlace;
import dev.musehub.core.store.ObjectStore.Blob;
import dev.musehub.core.store.ObjectStore.PackedBatch;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.FrameReader;
import dev.musehub.core.wire.FrameWriter;
import dev.musehub.core.wire.Lease;
import dev.musehub.core.wire.Limits;
import dev.musehub.testing.History;
import dev.musehub.testing.PushFixture;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Segments: what was put comes back, or is reported, never something else. */
@Tag("T6")
class DiskStoreT6Test {

    @TempDir
    private Path root;
    private DiskStore store;

    @BeforeEach
    void open() throws IOException {
        store = new DiskStore(root);
    }

    private static List<Blob> versions(int n) {
        List<Blob> blobs = new ArrayList<>();
        StringBuilder text = new StringBuilder("line of a file\n".repeat(500));
        Random random = new Random(5);
        for (int i = 0; i < n; i++) {
            text.insert(random.nextInt(text.length()), "edit " + i + "\n");
            blobs.add(blob(text.toString().getBytes(StandardCharsets.UTF_8)));
        }
        return blobs;
    }

    private static Blob blob(byte[] bytes) {
        return new Blob(Sha256.of(bytes), bytes);
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private byte[] read(StoredObject object) throws IOException {
        try (ObjectStore.Reader reader = store.reader()) {
            return reader.read(object);
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void objectsComeBackInAnyOrder() throws IOException {
        List<Blob> blobs = new ArrayList<>(versions(62));
        blobs.add(10, blob(new byte[0]));
        blobs.add(20, blob(random(100_000)));
        List<StoredObject> stored = store.put(blobs);
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < blobs.size(); i++) {
            order.add(i);
        }
        for (int pass = 0; pass < 2; pass++) {
            try (ObjectStore.Reader reader = store.reader()) {
                for (int i : order) {
                    assertArrayEquals(blobs.get(i).bytes(), reader.read(stored.get(i)));
                }
            }
            Collections.shuffle(order, new Random(1));
        }
    }

    @Test
    void aBatchIsOneFileAndVersionsOfAFileTakeLittleRoom() throws IOException {
        List<Blob> blobs = versions(64);
        long raw = blobs.stream().mapToLong(b -> b.bytes().length).sum();
        store.put(blobs);
        assertEquals(1, files().size());
        assertTrue(Files.size(files().getFirst()) < raw / 20, Files.size(files().getFirst()) + " of " + raw);
    }

    /** As no store would pack it: told apart by its level. */
    private static PackedBatch packed(List<Blob> batch, Optional<Blob> on) {
        try (ZstdCompressCtx zstd = new ZstdCompressCtx()) {
            zstd.setLevel(19).setContentSize(true);
            on.ifPresent(blob -> zstd.loadDict(blob.bytes()));
            return new PackedBatch(zstd.compress(Zstd.join(batch.stream().map(Blob::bytes).toList())),
                    on.map(Blob::id));
        }
    }

    @Test
    void whatCamePackedIsKeptAndHandedOutAsItCame() throws IOException {
        List<Blob> blobs = versions(6);
        List<Blob> first = blobs.subList(0, 3);
        List<Blob> second = blobs.subList(3, 6);
        PackedBatch alone = packed(first, Optional.empty());
        PackedBatch chained = packed(second, Optional.of(first.getLast()));
        List<StoredObject> stored = new ArrayList<>();
        try (ObjectStore.Writer writer = store.writer()) {
            stored.addAll(writer.put(first, Optional.of(alone)));
            stored.addAll(writer.put(second, Optional.of(chained)));
        }
        assertEquals(1, files().size());
        for (int i = 0; i < 6; i++) {
            assertArrayEquals(blobs.get(i).bytes(), read(stored.get(i)));
        }
        try (ObjectStore.Reader reader = store.reader()) {
            Optional<Sha256> last = Optional.of(first.getLast().id());
            assertArrayEquals(alone.zstd(), reader.batch(stored, Optional.empty()).orElseThrow().packed().zstd());
            assertEquals(3, reader.batch(stored, last).orElseThrow().objects());
            assertArrayEquals(chained.zstd(), reader.batch(stored.subList(3, 6), last).orElseThrow().packed().zstd());
            assertTrue(reader.batch(stored.subList(3, 6), Optional.empty()).isEmpty(), "its prefix is not at hand");
            assertTrue(reader.batch(stored.subList(0, 2), Optional.empty()).isEmpty(), "more than is wanted");
            assertTrue(reader.batch(stored.subList(1, 6), Optional.empty()).isEmpty(), "not from its beginning");
        }
    }

    @Test
    void whatCamePackedOnSomethingElseIsPackedAnew() throws IOException {
        List<Blob> blobs = versions(3);
        try (ObjectStore.Writer writer = store.writer()) {
            for (Blob on : blobs) {
                List<Blob> batch = List.of(blobs.getLast());
                StoredObject stored = writer.put(batch, Optional.of(packed(batch, Optional.of(on)))).getFirst();
                assertArrayEquals(blobs.getLast().bytes(), read(stored));
            }
        }
    }

    @Test
    void aChainOfBatchesEndsAndTheLastOfThemIsStillRead() throws IOException {
        List<Blob> blobs = versions(100);
        List<StoredObject> stored = new ArrayList<>();
        try (ObjectStore.Writer writer = store.writer()) {
            for (Blob blob : blobs) {
                stored.addAll(writer.put(List.of(blob), Optional.empty()));
            }
        }
        assertEquals(7, files().size(), "16 batches a file");
        for (int i = 99; i >= 0; i--) {
            assertArrayEquals(blobs.get(i).bytes(), read(stored.get(i)));
        }
    }

    /** A collection may delete the file of a push that is slow and has no rows left; the open file would take bytes still. */
    @Test
    void aFileThatACollectionDeletedIsNotContinued() throws IOException {
        List<Blob> blobs = versions(2);
        try (ObjectStore.Writer writer = store.writer()) {
            StoredObject first = writer.put(blobs.subList(0, 1), Optional.empty()).getFirst();
            store.delete(List.of(SweptPlace.file(first.place().orElseThrow().segment())));
            StoredObject second = writer.put(blobs.subList(1, 2), Optional.empty()).getFirst();
            assertArrayEquals(blobs.getLast().bytes(), read(second));
        }
    }

    @Test
    void thirtyEightMegabytesAreOneObject() throws IOException {
        Blob large = blob(random(38_000_000));
        assertArrayEquals(large.bytes(), read(store.put(List.of(large)).getFirst()));
    }

    @Test
    void whatAKilledHubLeftHalfWrittenIsRemoved() throws IOException {
        Path half = root.resolve("00/.tmp-half");
        Files.writeString(half, "half");
        new DiskStore(root).close();
        assertFalse(Files.exists(half));
    }

    @Test
    void aByteThatChangedIsReportedNotDelivered() throws IOException {
        List<StoredObject> stored = store.put(versions(5));
        Path file = files().getFirst();
        byte[] good = Files.readAllBytes(file);
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            byte[] bad = good.clone();
            bad[random.nextInt(bad.length)] ^= (byte) (1 + random.nextInt(255));
            Files.write(file, bad);
            for (StoredObject object : stored) {
                try {
                    assertEquals(object.id(), Sha256.of(read(object)));
                } catch (Problem e) {
                    assertEquals(Problem.Code.OBJECT_DAMAGED, e.code());
                }
            }
        }
    }

    @Test
    void aSegmentThatIsShortOrGoneIsReported() throws IOException {
        StoredObject last = store.put(versions(5)).getLast();
        Path file = files().getFirst();
        byte[] good = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(good, good.length - 1));
        assertEquals(Problem.Code.OBJECT_DAMAGED, assertThrows(Problem.class, () -> read(last)).code());
        Files.delete(file);
        assertEquals(Problem.Code.OBJECT_DAMAGED, assertThrows(Problem.class, () -> read(last)).code());
    }

    @Test
    void aPlaceThatIsNotThatObjectsIsReported() throws IOException {
        List<StoredObject> stored = store.put(versions(2));
        StoredObject crossed = new StoredObject(stored.get(0).id(), 1, stored.get(1).place());
        assertThrows(Problem.class, () -> read(crossed));
        StoredObject beyond = new StoredObject(stored.get(0).id(), 1,
                stored.get(0).place().map(p -> new StoreLocation(p.segment(), 1L << 40)));
        assertThrows(Problem.class, () -> read(beyond));
    }

    @Test
    void aPushOntoTheDiskIsThereAfterwards() throws IOException {
        try (PushFixture bench = new PushFixture(store)) {
            History history = History.line("disk", 100);
            bench.push(history.push("main"));
            assertEquals(history.head(), bench.heads().get("main"));
            assertEquals(1, files().size());
        }
    }

    /** Objects that came one by one lie in batches as the store likes; those that no B frame may hold are packed anew. */
    @Test
    void whatLiesInALargerBatchThanAFrameMayHoldIsFetchedAllTheSame() throws Exception {
        Limits small = new Limits(100, 100, 1000, 1L << 30, 1000, 1 << 20, 1 << 20, 100, 1 << 20, 100, 1 << 20);
        try (PushFixture bench = new PushFixture(store, small)) {
            List<Frame> push = new ArrayList<>(List.of(History.header("main", Optional.empty(), false, new Lease.None())));
            List<Sha256> ids = new ArrayList<>();
            for (int size : new int[] {600, 700, 1000}) {
                byte[] object = random(size);
                ids.add(Sha256.of(object));
                push.add(History.raw(Sha256.of(object), object));
            }
            push.add(new Frame.End(3, 0));
            bench.push(push);
            for (List<Sha256> asked : List.of(ids, ids.subList(2, 3))) {
                ByteArrayOutputStream answer = new ByteArrayOutputStream();
                FetchObjects.prepare(bench.pool(), store, small, bench.repository().id(), asked)
                        .write(new FrameWriter(answer), true);
                FrameReader frames = new FrameReader(new ByteArrayInputStream(answer.toByteArray()), small);
                List<Sha256> got = new ArrayList<>();
                for (Frame frame = frames.next().orElseThrow(); !(frame instanceof Frame.End); frame = frames.next().orElseThrow()) {
                    switch (frame) {
                        case Frame.BatchFrame b -> got.addAll(b.ids());
                        case Frame.ObjectFrame o -> got.add(o.id());
                        default -> throw new AssertionError(frame);
                    }
                }
                assertEquals(asked, got);
            }
        }
    }
}
