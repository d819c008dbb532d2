package dev.musehub.core.io;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Bytes that wait: the last few in memory, all before them in a scratch file. So a client that sends slowly holds no
 * memory which others wait for, and what is needed again takes none meanwhile. Confined to one thread.
 */
public final class ArrivingBytes extends OutputStream {

    private static final int MEMORY = 64 << 10;

    private final Path directory;
    private final ByteArrayOutputStream few = new ByteArrayOutputStream();
    private RandomAccessFile file;
    private long inFile;

    /** Nothing has arrived. A file, if one is needed, lies in {@code directory}, without a name. */
    public ArrivingBytes(Path directory) {
        this.directory = directory;
    }

    /** Begins again, in the same file. */
    public ArrivingBytes again() {
        few.reset();
        try {
            if (inFile > 0) {
                file.setLength(0);
            }
            inFile = 0;
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public long length() {
        return inFile + few.size();
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    /** Adds bytes. Fails unchecked where the disk is full: that is no fault of the client whose bytes these are. */
    @Override
    public void write(byte[] b, int off, int len) {
        if (few.size() + len > MEMORY) {
            byte[] before = few.toByteArray();
            few.reset();
            toFile(before, 0, before.length);
            toFile(b, off, len);
        } else {
            few.write(b, off, len);
        }
    }

    private void toFile(byte[] b, int off, int len) {
        try {
            if (file == null) {
                Path path = Files.createTempFile(directory, "arriving-", ".bytes");
                file = new RandomAccessFile(path.toFile(), "rw");
                Files.delete(path);
            }
            file.seek(inFile);
            file.write(b, off, len);
            inFile += len;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that has arrived. Who calls this has taken the memory for it. */
    public byte[] whole() {
        byte[] whole = new byte[Math.toIntExact(length())];
        try {
            open().readNBytes(whole, 0, whole.length);
            return whole;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that has arrived, from the beginning; to be read before more arrives, and closed together with this. */
    public InputStream open() throws IOException {
        InputStream last = new ByteArrayInputStream(few.toByteArray());
        if (inFile == 0) {
            return last;
        }
        file.seek(0);
        InputStream before = new BufferedInputStream(Channels.newInputStream(file.getChannel()), MEMORY) {
            @Override
            public void close() {
                // A sequence closes its parts; the file is still needed.
            }
        };
        return new SequenceInputStream(before, last);
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
