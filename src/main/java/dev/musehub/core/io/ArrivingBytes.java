package dev.musehub.core.io;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Bytes that are still on their way: the last few in memory, all before them in a scratch file. So a client that sends
 * slowly holds no memory which others wait for. Confined to one thread.
 */
public final class ArrivingBytes extends OutputStream {

    private static final int MEMORY = 64 << 10;

    private final Path directory;
    private final ByteArrayOutputStream few = new ByteArrayOutputStream();
    private RandomAccessFile file;
    private int inFile;

    /** Nothing has arrived. A file, if one is needed, lies in {@code directory}, without a name. */
    public ArrivingBytes(Path directory) {
        this.directory = directory;
    }

    /** Begins again; the file is written over. */
    public ArrivingBytes again() {
        few.reset();
        inFile = 0;
        return this;
    }

    public int length() {
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
        if (inFile == 0) {
            return few.toByteArray();
        }
        byte[] whole = new byte[length()];
        try {
            file.seek(0);
            file.readFully(whole, 0, inFile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        System.arraycopy(few.toByteArray(), 0, whole, inFile, few.size());
        return whole;
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
