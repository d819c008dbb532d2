package dev.musehub.client.muse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.client.snapshots.Snapshot;
import dev.musehub.core.history.Ids;
import dev.musehub.core.history.Manifest;
import dev.musehub.core.model.CodePoints;
import dev.musehub.core.model.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** For every file, the reader that remembers lines finds the same as the plain reader. */
@Tag("T1")
class SnapshotReaderT1Test {

    private static final int ROUNDS = 400;

    private final Random random = new Random(11);
    private final Map<String, Sha256> files = new TreeMap<>(CodePoints.ORDER);
    private final SnapshotReader reader = new SnapshotReader();

    private Sha256 object() {
        byte[] bytes = new byte[8];
        random.nextBytes(bytes);
        return Sha256.of(bytes);
    }

    private String path() {
        String name = random.nextInt(40) == 0 ? "\u00fcn \"\ud83d\ude00\\" : "f";
        return "d" + random.nextInt(3) + (random.nextBoolean() ? "/" : "") + name + random.nextInt(60);
    }

    private Snapshot next() {
        for (int i = random.nextInt(4); i > 0; i--) {
            files.put(path(), object());
        }
        if (!files.isEmpty() && random.nextInt(3) == 0) {
            files.remove(files.keySet().toArray(String[]::new)[random.nextInt(files.size())]);
        }
        Manifest manifest = Manifest.of(files);
        return new Snapshot(Ids.snapshot(manifest), manifest, "2026-02-02T04:20:00+00:00", Optional.empty());
    }

    private static void assertSame(Snapshot expected, Snapshot actual) {
        assertEquals(expected.id(), actual.id());
        assertEquals(expected.manifest(), actual.manifest());
        assertEquals(expected.createdAt(), actual.createdAt());
        assertEquals(expected.order().isPresent(), actual.order().isPresent());
        expected.order().ifPresent(order -> assertArrayEquals(order, actual.order().orElseThrow()));
    }

    @Test
    void versionsOfASnapshotAreReadAsTheyWereWritten() throws IOException {
        for (int round = 0; round < ROUNDS; round++) {
            Snapshot snapshot = next();
            byte[] file = MuseJson.encode(snapshot);
            assertSame(snapshot, reader.read(file));
            assertSame(snapshot, reader.read(file));
        }
    }

    @Test
    void theWriterThatRemembersWritesWhatThePlainOneWrites() throws IOException {
        SnapshotWriter writer = new SnapshotWriter();
        Snapshot before = next();
        for (int round = 0; round < ROUNDS; round++) {
            Snapshot snapshot = next();
            // A fetch makes each manifest from the one before, too.
            Manifest manifest = before.manifest().apply(snapshot.manifest().since(before.manifest()));
            Snapshot made = new Snapshot(snapshot.id(), manifest, "2026-02-02 " + round, Optional.empty());
            assertArrayEquals(MuseJson.encode(made), writer.encode(made));
            before = made;
        }
    }

    @Test
    void aFileOfAnotherShapeIsReadOrRefusedAsByThePlainReader() throws IOException {
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] file = MuseJson.encode(next());
            reader.read(file);
            byte[] changed = file.clone();
            changed[random.nextInt(changed.length)] = (byte) "\"\\ ,:{}\nax".charAt(random.nextInt(10));
            if (random.nextInt(4) == 0) {
                changed = Arrays.copyOf(changed, random.nextInt(changed.length));
            }
            byte[] other = changed;
            Optional<Snapshot> plain = plainly(other);
            if (plain.isPresent()) {
                assertSame(plain.get(), reader.read(other));
            } else {
                refused++;
                assertThrows(IOException.class, () -> reader.read(other));
            }
        }
        assertTrue(refused > 0 && refused < ROUNDS);
    }

    private static Optional<Snapshot> plainly(byte[] file) {
        try {
            return Optional.of(MuseJson.readSnapshot(new ByteArrayInputStream(file)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Test
    void aPathThatStandsTwiceIsRefused() {
        String line = "    \"f\": \"" + Sha256.of(new byte[0]).hex() + "\"";
        byte[] file = ("{\n  \"snapshot_id\": \"" + "0".repeat(64) + "\",\n  \"manifest\": {\n" + line + ",\n" + line
                + "\n  },\n  \"created_at\": \"x\"\n}\n").getBytes(StandardCharsets.US_ASCII);
        assertThrows(IOException.class, () -> reader.read(file));
    }
}
