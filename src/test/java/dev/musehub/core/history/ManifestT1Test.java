package dev.musehub.core.history;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.musehub.client.snapshots.UsualOrder;
import dev.musehub.core.model.CodePoints;
import dev.musehub.core.model.Paths;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("T1")
class ManifestT1Test {

    @Test
    void aDifferenceAppliedToItsBaseGivesTheOtherManifest() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Map<String, Sha256> files = new TreeMap<>(CodePoints.ORDER);
        Manifest before = Manifest.EMPTY;
        for (int round = 0; round < 500; round++) {
            for (int n = random.nextInt(6); n > 0; n--) {
                String path = "d" + random.nextInt(5) + "/\ud83c\udfb5" + random.nextInt(10);
                if (random.nextInt(3) == 0) {
                    files.remove(path);
                } else {
                    files.put(path, Sha256.of(new byte[] {(byte) random.nextInt(4)}));
                }
            }
            Manifest after = Manifest.of(files);
            ManifestDelta delta = after.since(before);
            assertEquals(after, before.apply(delta), "seed " + seed + " round " + round);
            assertEquals(before, after.apply(before.since(after)), "seed " + seed + " round " + round);
            before = after;
        }
    }

    @Test
    void equalManifestsDifferInNothing() {
        Manifest m = Manifest.of(Map.of("a", Sha256.of(new byte[0])));
        assertEquals(0, m.since(m).size());
    }

    @Test
    void deletingWhatIsNotThereIsRefused() {
        Manifest m = Manifest.of(Map.of("b", Sha256.of(new byte[0])));
        for (String absent : List.of("a", "c")) {
            Problem refused = assertThrows(Problem.class,
                    () -> m.apply(new ManifestDelta(Map.of(), List.of(absent))));
            assertEquals(Problem.Code.INVALID_SNAPSHOT, refused.code());
        }
    }

    @Test
    void aPathBothSetAndDeletedIsRefused() {
        assertThrows(Problem.class, () -> ManifestDelta.checked(Map.of("a", Sha256.of(new byte[0])), List.of("a")));
        assertThrows(Problem.class, () -> ManifestDelta.checked(Map.of(), List.of("a", "a")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/etc/passwd", "../../x", "a/../../b", "a/..", "..", ".", "a/./b", "a//b", "a/", "/",
        ".muse/HEAD", ".MUSE/x", "a/.Muse/b", ".muse", "a\0b"})
    void pathsThatLeaveTheTreeOrEnterMuseAreRefused(String path) {
        assertEquals(Problem.Code.INVALID_PATH, assertThrows(Problem.class, () -> Paths.check(path)).code());
    }

    @Test
    void overlongPathsAreRefusedByTheirBytes() {
        Paths.check("a".repeat(4096));
        assertThrows(Problem.class, () -> Paths.check("a".repeat(4097)));
        assertThrows(Problem.class, () -> Paths.check("ü".repeat(2049)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "...", "a/.b", ".musex", "a\\b", "tab\tname", "quote\"", "del\u007f", " ", "é", "a/b/c.d"})
    void oddButHarmlessPathsPass(String path) {
        Paths.check(path);
    }

    @Test
    void theUsualKeyOrderPutsFilesBeforeDirectories() {
        Map<String, Sha256> files = new HashMap<>();
        List<String> usual = List.of(".x", "README", "z", "a/1", "a/2", "a/b/0", "a-b/c", "b/x");
        usual.forEach(path -> files.put(path, Sha256.of(new byte[0])));
        Manifest manifest = Manifest.of(files);
        int[] order = UsualOrder.positions(manifest);
        assertEquals(usual, java.util.Arrays.stream(order).mapToObj(manifest::path).toList());
        assertEquals(Optional.empty(), UsualOrder.unless(manifest, usual));
        List<String> other = usual.reversed();
        int[] positions = UsualOrder.unless(manifest, other).orElseThrow();
        assertArrayEquals(other.stream().mapToInt(manifest::indexOf).toArray(), positions);
    }

    @Test
    void aKeyOrderMustNameEachEntryOnce() {
        KeyOrder.check(new int[] {1, 0}, 2);
        for (int[] wrong : List.of(new int[] {0}, new int[] {0, 0}, new int[] {0, 2}, new int[] {-1, 0})) {
            assertThrows(Problem.class, () -> KeyOrder.check(wrong, 2));
        }
    }

    @Test
    void halfASurrogatePairIsNoText() {
        assertThrows(Problem.class, () -> CodePoints.utf8("a\ud83c"));
        assertThrows(Problem.class, () -> CodePoints.decode(new byte[] {(byte) 0xff}));
    }
}
