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

    /** Bytes that claim to have this hash, and how they travelled. */
    record Claimed(Sha256 id, byte[] raw, Optional<ObjectStore.PackedObject> packed) { }

    private final List<Claimed> objects = new ArrayList<>(Limits.BATCH_OBJECTS);
    private long bytes;
    private int reservedKib;

    void add(Claimed object, int kib) {
        objects.add(object);
        bytes += object.raw().length;
        reservedKib += kib;
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
