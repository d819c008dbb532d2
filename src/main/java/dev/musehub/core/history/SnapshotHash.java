package dev.musehub.core.history;

import dev.musehub.core.model.CodePoints;
import dev.musehub.core.model.Sha256;
import java.util.Arrays;

/**
 * Ids of the snapshots of a history, as {@link Ids#snapshot} defines them, made from each other's text: what is left is
 * the hashing itself. Safe for several threads.
 */
public final class SnapshotHash {

    private static final byte[] NUL = {0};

    private final ManifestText text = new ManifestText(CodePoints.ORDER, SnapshotHash::beforeId, NUL);

    private static byte[] beforeId(String path) {
        byte[] utf8 = CodePoints.utf8(path);
        return Arrays.copyOf(utf8, utf8.length + 1);
    }

    /** The id of {@code manifest}. */
    public Sha256 of(Manifest manifest) {
        if (manifest.size() == 0) {
            return Ids.snapshot(manifest);
        }
        // A NUL stands between lines, and none behind the last.
        return text.of(manifest).map(lines -> Sha256.of(lines, lines.length - 1))
                .orElseGet(() -> Ids.snapshot(manifest));
    }
}
