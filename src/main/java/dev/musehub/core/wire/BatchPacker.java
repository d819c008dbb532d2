package dev.musehub.core.wire;

import dev.musehub.core.io.BatchChain;
import dev.musehub.core.io.Zstd;
import dev.musehub.core.model.Sha256;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Packs objects as B frames, each on the last object of the one before it: objects are sent by path, then age, so that
 * is often an older version of what follows. Both sides send with it. Confined to one thread.
 */
public final class BatchPacker implements AutoCloseable {

    private final FrameWriter out;
    private final Limits limits;
    private final int most;
    private final Zstd zstd = new Zstd();
    private final List<Sha256> ids = new ArrayList<>();
    private final List<byte[]> objects = new ArrayList<>();
    private long bytes;
    private final BatchChain chain = new BatchChain();
    /** The objects that the next batch is packed on, and their bytes. */
    private List<Sha256> prefix = List.of();
    private byte[] prefixBytes = Zstd.noPrefix();
    private Optional<Sha256> last = Optional.empty();

    /** A packer of batches with at most {@code most} raw bytes, unless they have only one object. */
    public BatchPacker(FrameWriter out, Limits limits, int most) {
        this.out = out;
        this.limits = limits;
        this.most = most;
    }

    /** Packs the next batch on {@code objects}, which the receiver has; {@code raw} are their bytes as one. */
    public void packOn(List<Sha256> objects, byte[] raw) {
        prefix = objects;
        prefixBytes = raw;
    }

    /** Adds an object of at most {@code limits.objectBytes()} bytes; a batch that is full is written. */
    public void add(Sha256 id, byte[] raw) throws IOException {
        if (bytes + raw.length > most) {
            flush();
        }
        ids.add(id);
        objects.add(raw);
        bytes += raw.length;
        if (ids.size() == Limits.BATCH_OBJECTS) {
            flush();
        }
    }

    /** Writes what is left as one batch. */
    public void flush() throws IOException {
        if (ids.isEmpty()) {
            return;
        }
        if (chain.isFull(bytes)) {
            forget();
        }
        byte[] packed = zstd.compress(Zstd.join(objects), prefixBytes);
        byte[] raw = objects.getLast();
        if (packed.length > limits.objectBytes()) {
            // Packing makes random bytes longer, here longer than a frame may hold.
            forget();
            for (int i = 0; i < ids.size(); i++) {
                out.write(new Frame.ObjectFrame(ids.get(i), Frame.Encoding.RAW, objects.get(i).length, objects.get(i)));
            }
        } else {
            out.write(new Frame.BatchFrame(List.copyOf(ids), objects.stream().mapToInt(o -> o.length).toArray(), prefix,
                    packed));
            chain.add(bytes);
            if (raw.length > 0 && raw.length <= limits.batchBytes()) {
                packOn(List.of(ids.getLast()), raw);
            } else {
                forget();
            }
        }
        last = Optional.of(ids.getLast());
        ids.clear();
        objects.clear();
        bytes = 0;
    }

    /** Writes a batch that is packed already, on nothing or on {@link #last}. */
    public void write(Frame.BatchFrame packed) throws IOException {
        flush();
        out.write(packed);
        forget();
        last = Optional.of(packed.ids().getLast());
    }

    /** The last object that was added or written, as the receiver has it at hand after {@link #flush}. */
    public Optional<Sha256> last() {
        return ids.isEmpty() ? last : Optional.of(ids.getLast());
    }

    /** The next batch stands alone. */
    public void forget() {
        prefix = List.of();
        prefixBytes = Zstd.noPrefix();
        last = Optional.empty();
        chain.clear();
    }

    @Override
    public void close() {
        zstd.close();
    }
}
