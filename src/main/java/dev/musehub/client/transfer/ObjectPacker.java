package dev.musehub.client.transfer;

import dev.musehub.core.io.Zstd;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.Limits;
import java.util.Optional;

/**
 * Packs each object of a stream on the one before it. That pays on a fast link too: the hub keeps what it got as it is,
 * so that this is the only time an object is packed. Confined to one thread.
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

    /** Begins anew: what went out last can be no dictionary. */
    void forget() {
        previousId = Optional.empty();
        previous = Zstd.noDictionary();
    }

    @Override
    public void close() {
        zstd.close();
    }
}
