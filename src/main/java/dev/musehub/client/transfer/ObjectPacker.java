package dev.musehub.client.transfer;

import dev.musehub.core.io.Zstd;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.Limits;
import java.util.Optional;

/**
 * Compresses each object of a stream with the one before it as dictionary. This pays on a fast line too: the hub stores
 * the bytes as they come, so an object is compressed only once. Confined to one thread.
 */
final class ObjectPacker implements AutoCloseable {

    private final Limits limits;
    private final Zstd zstd = new Zstd();
    private Optional<Sha256> previousId = Optional.empty();
    private byte[] previous = Zstd.noDictionary();

    ObjectPacker(Limits limits) {
        this.limits = limits;
    }

    /** The frame of the next object. */
    Frame.ObjectFrame frame(Sha256 id, byte[] raw, Zstd.Effort effort) {
        byte[] data = zstd.compress(raw, previous, effort);
        Frame.ObjectFrame frame = data.length < raw.length
                ? new Frame.ObjectFrame(id, Frame.Encoding.ZSTD, previousId, raw.length, data)
                : new Frame.ObjectFrame(id, Frame.Encoding.RAW, Optional.empty(), raw.length, raw);
        if (raw.length > 0 && raw.length <= limits.dictionaryBytes()) {
            previousId = Optional.of(id);
            previous = raw;
        } else {
            forget();
        }
        return frame;
    }

    /** Starts again without a dictionary. */
    void forget() {
        previousId = Optional.empty();
        previous = Zstd.noDictionary();
    }

    @Override
    public void close() {
        zstd.close();
    }
}
