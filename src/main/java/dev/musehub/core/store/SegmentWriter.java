package dev.musehub.core.store;

import dev.musehub.core.io.BatchChain;
import dev.musehub.core.io.Zstd;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoreLocation;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.store.ObjectStore.Blob;
import dev.musehub.core.store.ObjectStore.PackedBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
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

    private final Path root;
    private final Zstd zstd = new Zstd();
    private final BatchChain chain = new BatchChain();
    private UUID segment;
    /** The file that is being filled; null where the next batch begins one. */
    private DurableFile file;
    private long lastBatch;
    private Blob last;

    SegmentWriter(Path root) {
        this.root = root;
    }

    @Override
    public List<StoredObject> put(List<Blob> batch, Optional<PackedBatch> packed) throws IOException {
        if (batch.isEmpty()) {
            return List.of();
        }
        long raw = batch.stream().mapToLong(blob -> blob.bytes().length).sum();
        boolean chains = file != null && last.bytes().length > 0 && last.bytes().length <= BatchChain.PREFIX_BYTES
                && !chain.isFull(raw);
        Optional<Sha256> prefix = chains ? Optional.of(last.id()) : Optional.empty();
        boolean asItCame = packed.isPresent() && (packed.get().prefix().isEmpty()
                || packed.get().prefix().equals(prefix));
        if (!chains || asItCame && packed.get().prefix().isEmpty()) {
            prefix = Optional.empty();
            end();
        }
        byte[] data = asItCame ? packed.get().zstd() : zstd.compress(
                Zstd.join(batch.stream().map(Blob::bytes).toList()),
                prefix.isPresent() ? last.bytes() : Zstd.noPrefix());
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
        last = batch.getLast();
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
        chain.clear();
    }

    @Override
    public void close() throws IOException {
        zstd.close();
        end();
    }
}
