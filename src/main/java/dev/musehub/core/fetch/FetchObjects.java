package dev.musehub.core.fetch;

import dev.musehub.core.io.Zstd;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.model.Value;
import dev.musehub.core.rows.ObjectRows;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.FrameWriter;
import dev.musehub.core.wire.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Answers {@code fetch/objects}: the asked objects in the asked order, one in memory at a time. A client on a slow link
 * asks for zstd and orders the ids by path, so that each object is packed with the one before it as dictionary.
 */
public final class FetchObjects {

    private static final int LISTED = 20;

    private final ObjectStore store;
    private final Limits limits;
    private final List<StoredObject> objects;

    private FetchObjects(ObjectStore store, Limits limits, List<StoredObject> objects) {
        this.store = store;
        this.limits = limits;
        this.objects = objects;
    }

    /**
     * Looks up what was asked for, in this repository only (I5). One query.
     *
     * @throws Problem {@code not-found} where the repository lacks one of {@code ids}
     */
    public static FetchObjects prepare(Pool pool, ObjectStore store, Limits limits, long repoId, List<Sha256> ids)
            throws SQLException {
        Map<Sha256, StoredObject> found = new HashMap<>();
        try (Connection c = pool.acquire("fetch.objects")) {
            for (StoredObject object : ObjectRows.places(c, repoId, ids)) {
                found.put(object.id(), object);
            }
        }
        List<Sha256> missing = ids.stream().filter(id -> !found.containsKey(id)).toList();
        if (!missing.isEmpty()) {
            throw new Problem(Problem.Code.NOT_FOUND, missing.size() + " of these objects are not in this repository")
                    .with("missing", Value.texts(missing.stream().limit(LISTED).map(Sha256::toString).toList()));
        }
        return new FetchObjects(store, limits, ids.stream().map(found::get).toList());
    }

    /** Writes O frames and E; {@code zstd} where the client asked for packed ones. */
    public void write(FrameWriter out, boolean zstd) throws IOException {
        try (ObjectStore.Reader reader = store.reader(); Packing packing = new Packing(reader)) {
            reader.expect(objects.stream().filter(o -> !isLarge(o)).toList());
            for (StoredObject object : objects) {
                if (isLarge(object)) {
                    pieces(out, reader, object);
                    packing.previous = Optional.empty();
                } else {
                    out.write(zstd ? packing.frame(object) : raw(object.id(), reader.read(object)));
                }
            }
        }
        out.write(new Frame.End(objects.size(), 0));
        out.flush();
    }

    private boolean isLarge(StoredObject object) {
        return object.size() > limits.objectBytes();
    }

    private static void pieces(FrameWriter out, ObjectStore.Reader reader, StoredObject object) throws IOException {
        try (InputStream in = reader.open(object)) {
            for (long offset = 0; offset < object.size();) {
                byte[] piece = in.readNBytes((int) Math.min(Limits.PIECE_BYTES, object.size() - offset));
                if (offset + piece.length == object.size()) {
                    // At the end the store says whether the bytes were right; the last piece waits for that.
                    in.read();
                }
                out.write(new Frame.LargePiece(object.id(), object.size(), offset, piece));
                offset += piece.length;
            }
        }
    }

    /** Packs each object on the one before it, unless it lies in the store just so. */
    private final class Packing implements AutoCloseable {
        private final ObjectStore.Reader reader;
        private final Zstd zstd = new Zstd();
        /** What the next one may be packed on, as the client has it at hand. */
        private Optional<StoredObject> previous = Optional.empty();
        /** Its bytes, where they have been read. */
        private Optional<byte[]> previousRaw = Optional.empty();

        Packing(ObjectStore.Reader reader) {
            this.reader = reader;
        }

        Frame frame(StoredObject object) throws IOException {
            Optional<Sha256> dict = previous.map(StoredObject::id);
            Optional<ObjectStore.PackedObject> stored = reader.packed(object, dict);
            Frame frame;
            if (stored.isPresent()) {
                frame = zstd(object, stored.get());
                previousRaw = Optional.empty();
            } else {
                frame = packed(object, dict);
            }
            boolean small = object.size() > 0 && object.size() <= limits.dictionaryBytes();
            previous = small ? Optional.of(object) : Optional.empty();
            return frame;
        }

        private Frame packed(StoredObject object, Optional<Sha256> dict) throws IOException {
            byte[] dictionary = Zstd.noDictionary();
            if (previous.isPresent()) {
                dictionary = previousRaw.isPresent() ? previousRaw.get() : reader.read(previous.get());
            }
            byte[] raw = reader.read(object);
            previousRaw = Optional.of(raw);
            byte[] data = zstd.compress(raw, dictionary);
            return data.length < raw.length
                    ? zstd(object, new ObjectStore.PackedObject(data, dict)) : raw(object.id(), raw);
        }

        private static Frame zstd(StoredObject object, ObjectStore.PackedObject packed) {
            return new Frame.ObjectFrame(object.id(), Frame.Encoding.ZSTD, packed.dictionary(),
                    Math.toIntExact(object.size()), packed.zstd());
        }

        @Override
        public void close() {
            zstd.close();
        }
    }

    private static Frame raw(Sha256 id, byte[] raw) {
        return new Frame.ObjectFrame(id, Frame.Encoding.RAW, Optional.empty(), raw.length, raw);
    }
}
