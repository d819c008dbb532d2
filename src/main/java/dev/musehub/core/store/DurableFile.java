package dev.musehub.core.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A file that appears whole and durable, or not at all. More can be put at its end afterwards. */
final class DurableFile implements AutoCloseable {

    /** What the names of files begin with until they are durable. */
    static final String UNFINISHED = ".tmp-";

    private final FileChannel channel;

    private DurableFile(FileChannel channel) {
        this.channel = channel;
    }

    /** Writes to a file. */
    interface FileContent {
        void write(DurableFile out) throws IOException;
    }

    /** Makes {@code file} with {@code content}, and leaves it open. */
    static DurableFile create(Path file, FileContent content) throws IOException {
        Path unfinished = file.resolveSibling(UNFINISHED + file.getFileName());
        FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING);
        try {
            DurableFile created = new DurableFile(channel);
            content.write(created);
            channel.force(false);
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
            syncDirectory(file.getParent());
            return created;
        } catch (IOException | RuntimeException e) {
            channel.close();
            Files.deleteIfExists(unfinished);
            throw e;
        }
    }

    /** Writes at the end of the file; durable when {@link #create} or {@link #append} return. */
    void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Puts more at the end of the file. Durable on return; after an exception the file must not be used again. */
    void append(FileContent content) throws IOException {
        content.write(this);
        channel.force(false);
    }

    long length() throws IOException {
        return channel.position();
    }

    /** Makes names in {@code directory} durable. */
    static void syncDirectory(Path directory) throws IOException {
        try (FileChannel d = FileChannel.open(directory, StandardOpenOption.READ)) {
            d.force(true);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
