package dev.musehub.core.push;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.core.wire.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Up to 64 received objects, hashed and stored together. Confined to one thread at a time. */
final class Batch {

    /** Raw bytes after which a batch is full, whatever its number of objects. */
    static final long BYTES = 8 << 20;

    /** Bytes that claim to have this hash. */
    record Claimed(Sha256 id, byte[] raw) { }

    private final List<Claimed> objects = new ArrayList<>(Limits.BATCH_OBJECTS);
    private final Optional<ObjectStore.PackedBatch> packed;
    private long bytes;
    private int reservedKib;

    /** An empty batch; {@code packed} is what its objects came in, where they all came in one frame. */
    Batch(Optional<ObjectStore.PackedBatch> packed) {
        this.packed = packed;
    }

    void add(Claimed object, int kib) {
        objects.add(object);
        bytes += object.raw().length;
        reservedKib += kib;
    }

    Optional<ObjectStore.PackedBatch> packed() {
        return packed;
    }

    List<Claimed> objects() {
        return objects;
    }

    /** What this batch took from the memory budget. */
    int reservedKib() {
        return reservedKib;
    }

    boolean isEmpty() {
        return objects.isEmpty();
    }

    boolean isFull() {
        return objects.size() >= Limits.BATCH_OBJECTS || bytes >= BYTES;
    }
}
