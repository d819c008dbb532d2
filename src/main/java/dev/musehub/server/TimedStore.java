package dev.musehub.server;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.store.DirectStore;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.metrics.Histogram;
import dev.musehub.metrics.Metrics.Family;
import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A store of which each operation is timed, failed ones too. Opening a stream is; reading it is the client's pace. */
public final class TimedStore implements ObjectStore {

    private final ObjectStore store;
    private final Family<Histogram> times;

    /** {@code times} has one label, the operation. */
    public TimedStore(ObjectStore store, Family<Histogram> times) {
        this.store = store;
        this.times = times;
    }

    private interface StoreWork<T> {
        T run() throws IOException;
    }

    private <T> T timed(String operation, StoreWork<T> work) throws IOException {
        long start = System.nanoTime();
        try {
            return work.run();
        } finally {
            times.of(operation).recordSince(start);
        }
    }

    @Override
    public List<StoredObject> put(List<Blob> batch) throws IOException {
        return timed("put", () -> store.put(batch));
    }

    @Override
    public StoredObject putLarge(Sha256 id, long size, InputStream bytes) throws IOException {
        return timed("put_large", () -> store.putLarge(id, size, bytes));
    }

    @Override
    public Optional<DirectStore> direct() {
        return store.direct().map(TimedDirect::new);
    }

    @Override
    public void delete(List<StoredObject> objects) throws IOException {
        timed("delete", () -> {
            store.delete(objects);
            return objects;
        });
    }

    @Override
    public Swept sweep(Instant before, RowLookup rows, boolean delete) throws IOException, SQLException {
        return store.sweep(before, rows, delete);
    }

    @Override
    public void check() throws IOException {
        timed("check", () -> {
            store.check();
            return this;
        });
    }

    @Override
    public Reader reader() {
        return new Timed(store.reader());
    }

    @Override
    public void close() throws IOException {
        store.close();
    }

    private final class Timed implements Reader {
        private final Reader reader;

        Timed(Reader reader) {
            this.reader = reader;
        }

        @Override
        public byte[] read(StoredObject object) throws IOException {
            return timed("read", () -> reader.read(object));
        }

        @Override
        public Optional<PackedObject> packed(StoredObject object, Optional<Sha256> dictionary) throws IOException {
            return timed("read", () -> reader.packed(object, dictionary));
        }

        @Override
        public InputStream open(StoredObject object) throws IOException {
            return timed("open", () -> reader.open(object));
        }

        @Override
        public void probe(StoredObject object) throws IOException {
            timed("probe", () -> {
                reader.probe(object);
                return object;
            });
        }

        @Override
        public void expect(List<StoredObject> objects) {
            reader.expect(objects);
        }

        @Override
        public void close() throws IOException {
            reader.close();
        }
    }

    private final class TimedDirect implements DirectStore {
        private final DirectStore direct;

        TimedDirect(DirectStore direct) {
            this.direct = direct;
        }

        @Override
        public Target put(UUID scope, Offer offer) {
            return direct.put(scope, offer);
        }

        @Override
        public Target get(StoredObject object) {
            return direct.get(object);
        }

        @Override
        public long putBytes() {
            return direct.putBytes();
        }

        @Override
        public MultipartState parts(UUID scope, Offer offer) throws IOException {
            return timed("parts", () -> direct.parts(scope, offer));
        }

        @Override
        public Optional<StoredObject> arrived(UUID scope, Sha256 id) throws IOException {
            return timed("arrived", () -> direct.arrived(scope, id));
        }

        @Override
        public Optional<StoredObject> arrivedInParts(UUID scope, Offer offer) throws IOException {
            return timed("arrived_in_parts", () -> direct.arrivedInParts(scope, offer));
        }

        @Override
        public void discard(StoredObject copy) throws IOException {
            timed("discard", () -> {
                direct.discard(copy);
                return copy;
            });
        }

        @Override
        public long readBack() {
            return direct.readBack();
        }

        @Override
        public String proof() {
            return direct.proof();
        }
    }
}
