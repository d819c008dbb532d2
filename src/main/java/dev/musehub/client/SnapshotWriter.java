package dev.musehub.client;

import dev.musehub.model.Manifest;
import dev.musehub.model.Sha256;
import dev.musehub.model.Snapshot;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The bytes of snapshot files, as {@link MuseJson} writes them. Remembers the last one: where a snapshot has the same
 * paths, which is usual in a history, its file is a copy with a few ids replaced. Safe for several threads.
 */
final class SnapshotWriter {

    /** Where the id of a snapshot stands in its file. */
    private static final int ID_AT = "{\n  \"snapshot_id\": \"".length();

    private final AtomicReference<Optional<Written>> last = new AtomicReference<>(Optional.empty());

    /**
     * A file.
     *
     * @param ids where the id of each entry of {@code manifest} stands in it
     * @param tail where the time behind the manifest begins
     */
    private record Written(Manifest manifest, byte[] file, int[] ids, int tail) { }

    /** The bytes of a snapshot's file, in its writer's key order. */
    byte[] encode(Snapshot snapshot) {
        if (snapshot.order().isPresent()) {
            return MuseJson.encode(snapshot);
        }
        Written written = last.get().filter(before -> snapshot.manifest().hasPathsOf(before.manifest()))
                .map(before -> changed(before, snapshot))
                .orElseGet(() -> whole(snapshot));
        last.set(Optional.of(written));
        return written.file();
    }

    private static Written whole(Snapshot snapshot) {
        int[] ids = new int[snapshot.manifest().size()];
        byte[] file = MuseJson.encode(snapshot, ids);
        return new Written(snapshot.manifest(), file, ids, file.length - MuseJson.tail(snapshot).length);
    }

    private static Written changed(Written before, Snapshot snapshot) {
        Manifest manifest = snapshot.manifest();
        byte[] tail = MuseJson.tail(snapshot);
        byte[] file = Arrays.copyOf(before.file(), before.tail() + tail.length);
        System.arraycopy(tail, 0, file, before.tail(), tail.length);
        snapshot.id().writeHex(file, ID_AT);
        for (int i = 0; i < manifest.size(); i++) {
            Sha256 id = manifest.objectId(i);
            if (!id.equals(before.manifest().objectId(i))) {
                id.writeHex(file, before.ids()[i]);
            }
        }
        return new Written(manifest, file, before.ids(), before.tail());
    }
}
