package dev.musehub.core.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.history.ManifestDelta;
import dev.musehub.core.model.CodePoints;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.testing.History;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commit packs on their way: cut into frames, and kept aside. */
@Tag("T1")
class PacksT1Test {

    @TempDir
    private Path scratch;

    @Test
    void aManifestLargerThanAFrameTravelsInPieces() throws IOException {
        Map<String, Sha256> set = new TreeMap<>(CodePoints.ORDER);
        for (int i = 0; i < 300_000; i++) {
            set.put("some/directory/of/many/file-" + i, Sha256.of(new byte[] {(byte) i}));
        }
        Frame.SnapshotDelta whole = new Frame.SnapshotDelta(Sha256.of(new byte[] {9}), Optional.empty(),
                new ManifestDelta(set, List.of("gone")), "now", Optional.empty(), false);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FrameWriter frames = new FrameWriter(out);
        PackWriter packs = new PackWriter(frames, Limits.DEFAULT, false);
        packs.add(whole);
        packs.flush();
        frames.flush();

        FrameReader reader = new FrameReader(new ByteArrayInputStream(out.toByteArray()), Limits.DEFAULT);
        List<Frame.SnapshotDelta> pieces = new ArrayList<>();
        long before = 0;
        for (Optional<Frame> f = reader.next(); f.isPresent(); f = reader.next()) {
            assertTrue(reader.position() - before <= Limits.DEFAULT.frameBytes());
            before = reader.position();
            pieces.addAll(((Frame.CommitPack) f.get()).snapshots());
        }
        Map<String, Sha256> joined = new TreeMap<>(CodePoints.ORDER);
        pieces.forEach(p -> joined.putAll(p.delta().set()));
        assertEquals(set, joined);
        assertTrue(pieces.size() > 1);
        assertTrue(pieces.subList(0, pieces.size() - 1).stream().allMatch(Frame.SnapshotDelta::more));
        assertEquals(List.of("gone"), pieces.getLast().delta().del());
    }

    @Test
    void aFrameThatFillsUpInsideASnapshotHoldsNoCommitBesideAPiece() throws IOException {
        History history = History.line("x", 60);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FrameWriter frames = new FrameWriter(out);
        PackWriter packs = new PackWriter(frames, Limits.DEFAULT, false);
        List<Frame.SnapshotDelta> snapshots = history.snapshots(history.commits());
        Map<String, Sha256> set = new TreeMap<>(CodePoints.ORDER);
        for (int i = 0; i < 3000; i++) {
            set.put("file-" + i, Sha256.of(new byte[] {(byte) i}));
        }
        for (int i = 0; i < snapshots.size(); i++) {
            // Larger than the commits, so that it is in a snapshot that each frame fills up.
            Frame.SnapshotDelta s = snapshots.get(i);
            packs.add(new Frame.SnapshotDelta(s.id(), s.base(), new ManifestDelta(set, List.of()), s.createdAt(),
                    Optional.empty(), false));
            packs.add(history.commits().get(i));
        }
        packs.flush();
        frames.flush();

        FrameReader reader = new FrameReader(new ByteArrayInputStream(out.toByteArray()), Limits.DEFAULT);
        long commits = 0;
        int read = 0;
        for (Optional<Frame> f = reader.next(); f.isPresent(); f = reader.next()) {
            Frame.CommitPack pack = (Frame.CommitPack) f.get();
            assertTrue(pack.commits().isEmpty() || pack.snapshots().stream().noneMatch(Frame.SnapshotDelta::more));
            commits += pack.commits().size();
            read++;
        }
        assertEquals(60, commits);
        assertTrue(read > 2);
    }

    @Test
    void aSpoolGivesItsPacksTwiceFromMemoryAndFromDisk() throws IOException {
        for (int packs : new int[] {1, 40}) {
            History history = new History();
            // No packer makes it small, so that 40 of them go to the file.
            StringBuilder message = new StringBuilder();
            new Random(1).ints(50_000, 33, 127).forEach(c -> message.append((char) c));
            history.commit(message.toString(), Map.of("a", "b"));
            Frame.CommitPack pack = new Frame.CommitPack(List.of(), history.commits());
            try (Spool spool = new Spool(Limits.DEFAULT, scratch, 1 << 30)) {
                for (int i = 0; i < packs; i++) {
                    spool.add(pack);
                }
                for (int pass = 0; pass < 2; pass++) {
                    List<Frame.CommitPack> read = new ArrayList<>();
                    spool.forEach(read::add);
                    assertEquals(packs, read.size());
                    assertEquals(pack, read.getLast());
                }
                // The file has no name: a hub that is killed leaves nothing.
                assertEquals(false, hasFiles());
            }
        }
    }

    @Test
    void aSpoolRefusesMoreThanItMayHold() throws IOException {
        History history = History.line("x", 10);
        try (Spool spool = new Spool(Limits.DEFAULT, scratch, 1000)) {
            Frame.CommitPack pack = new Frame.CommitPack(List.of(), history.commits());
            assertEquals(Problem.Code.LIMIT_EXCEEDED, assertThrows(Problem.class, () -> spool.add(pack)).code());
        }
    }

    private boolean hasFiles() throws IOException {
        try (var files = Files.list(scratch)) {
            return files.findAny().isPresent();
        }
    }
}
