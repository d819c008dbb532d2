package dev.musehub.core.wire;

import dev.musehub.core.io.ArrivingBytes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Commit packs kept aside until they are needed, packed, in memory while they are small and in a scratch file beyond
 * that: both sides must see all of them once before they act on the first. Confined to one thread.
 */
public final class Spool implements AutoCloseable {

    private final Limits limits;
    private final long most;
    private final ArrivingBytes bytes;
    private final FrameWriter writer;

    /** A spool of at most {@code most} packed bytes whose file, if it needs one, lies in {@code directory}. */
    public Spool(Limits limits, Path directory, long most) {
        this.limits = limits;
        this.most = most;
        this.bytes = new ArrivingBytes(directory);
        this.writer = new FrameWriter(bytes);
    }

    public void add(Frame.CommitPack pack) throws IOException {
        writer.writePacked(pack);
        writer.flush();
        if (bytes.length() > most) {
            throw Limits.exceeded("bytes of commits and snapshots in one stream", bytes.length(), most);
        }
    }

    /** Whether nothing was added. */
    public boolean isEmpty() {
        return bytes.length() == 0;
    }

    /** What a pass over the packs does with each. */
    public interface Visitor {
        void accept(Frame.CommitPack pack) throws IOException;
    }

    /** Reads all packs from the beginning; may be called again. */
    public void forEach(Visitor visitor) throws IOException {
        FrameReader reader = new FrameReader(bytes.open(), limits);
        for (Optional<Frame> f = reader.next(); f.isPresent(); f = reader.next()) {
            visitor.accept((Frame.CommitPack) f.get());
        }
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }
}
