package dev.musehub.core.fetch;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.model.Value;
import dev.musehub.core.rows.ObjectRows;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.core.wire.BatchPacker;
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
 * Answers {@code fetch/objects}: the asked objects in the asked order. A client that takes batches asks for them by
 * path, then age. They were pushed in that order, so most batches go out as they lie in the store.
 */
public final class FetchObjects {

    private static final int LISTED = 20;

    /** Raw bytes that are packed together where a batch cannot go as it lies: many fetches do so at a time. */
    private static final int PACKED = 1 << 20;

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

    /** Writes the objects and E: as B frames where {@code batches} says so, else as O frames. */
    public void write(FrameWriter out, boolean batches) throws IOException {
        try (ObjectStore.Reader reader = store.reader();
                BatchPacker packer = new BatchPacker(out, limits, PACKED)) {
            reader.expect(objects.stream().filter(o -> !isLarge(o)).toList());
            for (int i = 0; i < objects.size(); ) {
                StoredObject object = objects.get(i);
                Optional<Frame.BatchFrame> lying = batches && !isLarge(object)
                        ? lying(reader, objects.subList(i, objects.size()), packer.last()) : Optional.empty();
                if (lying.isPresent()) {
                    packer.write(lying.get());
                    i += lying.get().ids().size();
                    continue;
                }
                if (isLarge(object)) {
                    packer.flush();
                    packer.forget();
                    pieces(out, reader, object);
                } else if (batches) {
                    packer.add(object.id(), reader.read(object));
                } else {
                    byte[] raw = reader.read(object);
                    out.write(new Frame.ObjectFrame(object.id(), Frame.Encoding.RAW, raw.length, raw));
                }
                i++;
            }
            packer.flush();
        }
        out.write(new Frame.End(objects.size(), 0));
        out.flush();
    }

    /** The batch that begins with {@code wanted}, where the store has one, and a frame may hold it. */
    private Optional<Frame.BatchFrame> lying(ObjectStore.Reader reader, List<StoredObject> wanted,
            Optional<Sha256> prefix) throws IOException {
        return reader.batch(wanted, prefix).map(lying -> frame(wanted.subList(0, lying.objects()), lying.packed()))
                .filter(frame -> frame.zstd().length <= limits.objectBytes()
                        && (frame.ids().size() == 1 || frame.rawBytes() <= limits.batchBytes()));
    }

    private static Frame.BatchFrame frame(List<StoredObject> objects, ObjectStore.PackedBatch packed) {
        return new Frame.BatchFrame(objects.stream().map(StoredObject::id).toList(),
                objects.stream().mapToInt(o -> Math.toIntExact(o.size())).toArray(),
                packed.prefix().map(List::of).orElse(List.of()), packed.zstd());
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
}
