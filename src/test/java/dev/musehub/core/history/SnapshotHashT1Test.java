package dev.musehub.core.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.model.CodePoints;
import dev.musehub.core.model.Sha256;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Remembering changes no id. */
@Tag("T1")
class SnapshotHashT1Test {

    @Test
    void idsOfAHistoryAreThoseOfTheDefinition() {
        Random random = new Random(3);
        SnapshotHash hash = new SnapshotHash();
        Manifest manifest = Manifest.EMPTY;
        int shared = 0;
        assertEquals(Ids.snapshot(manifest), hash.of(manifest));
        for (int round = 0; round < 500; round++) {
            TreeMap<String, Sha256> set = new TreeMap<>(CodePoints.ORDER);
            for (int i = random.nextInt(4); i > 0; i--) {
                set.put((random.nextInt(9) == 0 ? "\u00fc\ud83d\ude00" : "f") + random.nextInt(30),
                        Sha256.of(new byte[] {(byte) round, (byte) i}));
            }
            List<String> del = manifest.size() > 3 && random.nextInt(9) == 0 && !set.containsKey(manifest.path(1))
                    ? List.of(manifest.path(1)) : List.of();
            Manifest next = manifest.apply(new ManifestDelta(set, del));
            shared += next.hasPathsOf(manifest) ? 1 : 0;
            manifest = next;
            assertEquals(Ids.snapshot(manifest), hash.of(manifest));
        }
        assertTrue(shared > 100, "the paths were hardly ever the same");
    }

    @Test
    void aManifestTooLongToRememberHasItsId() {
        TreeMap<String, Sha256> files = new TreeMap<>(CodePoints.ORDER);
        SnapshotHash hash = new SnapshotHash();
        // It grows beyond what is remembered, and from there on.
        for (int i = 0; i < 1200; i++) {
            files.put(i + "x".repeat(4000), Sha256.of(new byte[] {(byte) i}));
            if (i % 100 == 99) {
                Manifest manifest = Manifest.of(files);
                assertEquals(Ids.snapshot(manifest), hash.of(manifest));
            }
        }
        assertEquals(Ids.snapshot(Manifest.of(files)), new SnapshotHash().of(Manifest.of(files)));
        assertEquals(Ids.snapshot(Manifest.of(Map.of())), hash.of(Manifest.EMPTY));
    }
}
