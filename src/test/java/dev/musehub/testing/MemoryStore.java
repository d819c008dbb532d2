package dev.musehub.testing;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.model.SweptPlace;
import dev.musehub.core.store.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A store in memory that counts, and does whatever a test hangs into its puts. */
public final class MemoryStore implements ObjectStore {

    /** Runs inside each put, before anything is kept; told the number of the put, from 1. */
    public interface Hook {
        void before(int put, List<Blob> batch) throws IOException;
    }

    private final Map<Sha256, byte[]> kept = new ConcurrentHashMap<>();
    private final AtomicInteger puts = new AtomicInteger();
    private final AtomicInteger reads = new AtomicInteger();
    private volatile Hook hook = (_, _) -> { };
    private volatile Runnable readHook = () -> { };

    public void hook(Hook newHook) {
        hook = newHook;
    }

    /** Runs inside each read. */
    public void readHook(Runnable newHook) {
        readHook = newHook;
    }

    /** Forgets an object, as a disk does. */
    public byte[] lose(Sha256 id) {
        return kept.remove(id);
    }

    /** Has an object again that it had lost. */
    public void find(byte[] bytes) {
        kept.put(Sha256.of(bytes), bytes);
    }

    public int puts() {
        return puts.get();
    }

    /** Every question put to the store; pushes ask none. */
    public int reads() {
        return reads.get();
    }

    public int size() {
        return kept.size();
    }

    @Override
    public List<StoredObject> put(List<Blob> batch) throws IOException {
        if (batch.isEmpty()) {
            return List.of();
        }
        hook.before(puts.incrementAndGet(), batch);
        List<StoredObject> stored = new ArrayList<>();
        for (Blob blob : batch) {
            kept.put(blob.id(), blob.bytes());
            stored.add(new StoredObject(blob.id(), blob.bytes().length, Optional.empty()));
        }
        return stored;
    }

    @Override
    public StoredObject putLarge(Sha256 id, long size, InputStream bytes) throws IOException {
        return put(List.of(new Blob(id, bytes.readAllBytes()))).getFirst();
    }

    @Override
    public void delete(Collection<SweptPlace> places) {
        places.forEach(place -> kept.remove(place.id()));
    }

    @Override
    public Swept sweep(Instant before, SweepRows rows, boolean delete) {
        return new Swept(0, 0);
    }

    @Override
    public Optional<UUID> identity() {
        return Optional.empty();
    }

    @Override
    public void identify(UUID id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void check() {
        // Memory is there.
    }

    @Override
    public Reader reader() {
        return new Reader() {
            @Override
            public void probe(StoredObject object) {
                read(object);
            }

            @Override
            public InputStream open(StoredObject object) {
                return new ByteArrayInputStream(read(object));
            }

            @Override
            public byte[] read(StoredObject object) {
                reads.incrementAndGet();
                readHook.run();
                return Optional.ofNullable(kept.get(object.id())).orElseThrow(() -> new Problem(
                        Problem.Code.OBJECT_DAMAGED, "gone"));
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        };
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
