package dev.musehub.client.muse;

import dev.musehub.client.snapshots.Snapshot;
import dev.musehub.client.snapshots.UsualOrder;
import java.util.Arrays;

/**
 * Makes the bytes of snapshot files, as {@link MuseJson} does, but reuses those of the last file. Safe for several
 * threads.
 */
final class SnapshotWriter {

    private final ManifestText lines =
            new ManifestText(UsualOrder.PATHS, MuseJson::beforeId, MuseJson.AFTER_ID);

    /** The bytes of the file of a snapshot, in the key order of the program that wrote it first. */
    byte[] encode(Snapshot snapshot) {
        if (snapshot.order().isPresent() || snapshot.manifest().size() == 0) {
            return MuseJson.encode(snapshot);
        }
        return lines.of(snapshot.manifest()).map(text -> file(snapshot, text))
                .orElseGet(() -> MuseJson.encode(snapshot));
    }

    private static byte[] file(Snapshot snapshot, byte[] text) {
        byte[] head = MuseJson.head(snapshot);
        byte[] tail = MuseJson.tail(snapshot);
        // The tail begins with the end of the last line, which has no comma.
        int length = text.length - MuseJson.AFTER_ID.length;
        byte[] file = Arrays.copyOf(head, head.length + length + tail.length);
        System.arraycopy(text, 0, file, head.length, length);
        System.arraycopy(tail, 0, file, head.length + length, tail.length);
        return file;
    }
}
