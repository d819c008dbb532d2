package dev.musehub.core.store;

import dev.musehub.core.io.BatchChain;
import dev.musehub.core.io.Zstd;
import dev.musehub.core.model.StoreLocation;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.store.ObjectStore.Blob;
import dev.musehub.core.store.ObjectStore.PackedBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Writes the batches of one push to segments. Each is packed on the last object of the one before it in the same file,
 * as clients send it, until the chain is full; then a new file begins. One sync makes a batch durable.
 */
final class SegmentWriter implements ObjectStore.Writer {

    /** Length of an object on which a batch may be packed. */
    private static final int PREFIX_BYTES = 8 << 20;

    private final Path root;
    private final Zstd zstd = new Zstd();
    private final BatchChain chain = new BatchChain();
    private UUID segment;
    /** The file that is being filled; null where the next batch begins one. */
    private DurableFile file;
    private long lastBatch;
    /** What the next batch in this file is packed on; empty where it must begin a file. */
    private Optional<Blob> last = Optional.empty();

    SegmentWriter(Path root) {
        this.root = root;
    }

    @Override
    public List<StoredObject> put(List<Blob> batch, Optional<PackedBatch> packed) throws IOException {
        if (batch.isEmpty()) {
            return List.of();
        }
        long raw = batch.stream().mapToLong(blob -> blob.bytes().length).sum();
        // A collection may have deleted a file that has no rows left. That is seen here. What it deletes from now on
        // gets a higher number than the caller has read (ObjectRows#insert).
        if (last.isEmpty() || chain.isFull(raw) || !Files.exists(Segment.file(root, segment))) {
            end();
        }
        Optional<PackedBatch> asItCame = packed.filter(
                p -> p.prefix().isEmpty() || p.prefix().equals(last.map(Blob::id)));
        if (asItCame.isPresent() && asItCame.get().prefix().isEmpty()) {
            end();
        }
        byte[] data = asItCame.isPresent() ? asItCame.get().zstd() : zstd.compress(
                Zstd.join(batch.stream().map(Blob::bytes).toList()), last.map(Blob::bytes).orElse(Zstd.noPrefix()));
        try {
            List<StoredObject> stored = write(batch, data);
            chain.add(raw);
            return stored;
        } catch (IOException | RuntimeException e) {
            // What was half written stays behind; nothing is put after it.
            end();
            throw e;
        }
    }

    private List<StoredObject> write(List<Blob> batch, byte[] data) throws IOException {
        long at = file == null ? Segment.MAGIC.length : file.length();
        Segment.BatchHeader header = new Segment.BatchHeader(at, data.length,
                file == null ? 0 : Math.toIntExact(at - lastBatch), batch.stream().map(Blob::id).toList(),
                batch.stream().mapToInt(blob -> blob.bytes().length).toArray());
        if (file == null) {
            segment = UUID.randomUUID();
            file = DurableFile.create(Segment.file(root, segment), out -> {
                out.write(ByteBuffer.wrap(Segment.MAGIC));
                out.write(header.bytes());
                out.write(ByteBuffer.wrap(data));
            });
        } else {
            file.append(out -> {
                out.write(header.bytes());
                out.write(ByteBuffer.wrap(data));
            });
        }
        lastBatch = at;
        last = Optional.of(batch.getLast())
                .filter(blob -> blob.bytes().length > 0 && blob.bytes().length <= PREFIX_BYTES);
        List<StoredObject> stored = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            stored.add(new StoredObject(batch.get(i).id(), batch.get(i).bytes().length,
                    Optional.of(new StoreLocation(segment, Segment.position(at, i)))));
        }
        return stored;
    }

    /** Ends the file; the next batch begins another. */
    private void end() throws IOException {
        if (file != null) {
            file.close();
            file = null;
        }
        last = Optional.empty();
        chain.clear();
    }

    @Override
    public void close() throws IOException {
        zstd.close();
        end();
    }
}
