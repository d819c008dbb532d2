package dev.musehub.core.wire;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Commit packs kept aside until they are needed, in memory while they are small and in a temporary file beyond that:
 * both sides must see all of them once before they act on the first. Confined to one thread.
 */
public final class Spool implements AutoCloseable {

    private static final int MEMORY = 1 << 20;

    private final Limits limits;
    private final Path directory;
    private final long most;
    private final OutputStream target = new OutputStream() {
        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] b, int off, int len) throws IOException {
            append(b, off, len);
        }
    };
    private final FrameWriter writer = new FrameWriter(target);
    private ByteArrayOutputStream memory = new ByteArrayOutputStream();
    private Path file;
    private OutputStream fileOut;
    private long length;

    /** A spool of at most {@code most} bytes whose file, if it needs one, lies in {@code directory}. */
    public Spool(Limits limits, Path directory, long most) {
        this.limits = limits;
        this.directory = directory;
        this.most = most;
    }

    public void add(Frame.CommitPack pack) throws IOException {
        writer.write(pack);
        writer.flush();
        if (length > most) {
            throw Limits.exceeded("bytes of commits and snapshots in one stream", length, most);
        }
    }

    /** Whether nothing was added. */
    public boolean isEmpty() {
        return length == 0;
    }

    private void append(byte[] b, int off, int len) throws IOException {
        length += len;
        if (file == null && length > MEMORY) {
            file = Files.createTempFile(directory, "packs-", ".spool");
            fileOut = new BufferedOutputStream(Files.newOutputStream(file));
            memory.writeTo(fileOut);
            memory = new ByteArrayOutputStream(0);
        }
        (file == null ? memory : fileOut).write(b, off, len);
    }

    /** What a pass over the packs does with each. */
    public interface Visitor {
        void accept(Frame.CommitPack pack) throws IOException;
    }

    /** Reads all packs from the beginning; may be called again. */
    public void forEach(Visitor visitor) throws IOException {
        if (fileOut != null) {
            fileOut.flush();
        }
        try (InputStream in = file == null
                ? new ByteArrayInputStream(memory.toByteArray())
                : new BufferedInputStream(Files.newInputStream(file))) {
            FrameReader reader = new FrameReader(in, limits);
            for (Optional<Frame> f = reader.next(); f.isPresent(); f = reader.next()) {
                visitor.accept((Frame.CommitPack) f.get());
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            fileOut.close();
            Files.deleteIfExists(file);
        }
    }
}
