package dev.musehub.client.muse;

import dev.musehub.core.history.KeyOrder;
import dev.musehub.core.history.ManifestText;
import dev.musehub.core.history.Snapshot;
import java.util.Arrays;

/** The bytes of snapshot files, as {@link MuseJson} writes them, made from each other's. Safe for several threads. */
final class SnapshotWriter {

    private final ManifestText lines =
            new ManifestText(KeyOrder.USUAL, MuseJson::beforeId, MuseJson.AFTER_ID);

    /** The bytes of a snapshot's file, in its writer's key order. */
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
        // The tail begins with what ends the last line, instead of the comma.
        int length = text.length - MuseJson.AFTER_ID.length;
        byte[] file = Arrays.copyOf(head, head.length + length + tail.length);
        System.arraycopy(text, 0, file, head.length, length);
        System.arraycopy(tail, 0, file, head.length + length, tail.length);
        return file;
    }
}
