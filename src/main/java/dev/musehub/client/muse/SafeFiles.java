package dev.musehub.client.muse;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** Files that appear whole or not at all: written aside, then renamed. */
public final class SafeFiles {

    private static final Set<OpenOption> NEW = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

    /** What is written at once, as java copies it to memory outside of its heap before. */
    private static final int PIECE = 256 << 10;

    private SafeFiles() {
    }

    /** Writes {@code file} with the usual permissions, creating its directories. */
    public static void write(Path file, byte[] content) throws IOException {
        write(file, ".tmp-", content, "rw-r--r--");
    }

    /** Writes {@code file} readable by its owner only. */
    static void writePrivate(Path file, byte[] content) throws IOException {
        write(file, ".tmp-", content, "rw-------");
    }

    /** Writes an object as Muse does: {@code .obj-tmp-*} beside it, mode 0600, then renamed. */
    static void writeObject(Path file, byte[] content) throws IOException {
        write(file, ".obj-tmp-", content, "rw-------");
    }

    /** A new file beside {@code file}, as Muse names the objects it is writing; to be renamed to it. */
    static Path besideObject(Path file) throws IOException {
        return aside(file, ".obj-tmp-", "rw-------");
    }

    /** A new file beside {@code file}, with the usual permissions; to be renamed to it. */
    static Path beside(Path file) throws IOException {
        return aside(file, ".tmp-", "rw-r--r--");
    }

    private static Path aside(Path file, String prefix, String mode) throws IOException {
        Path aside = name(file, prefix);
        create(aside, mode).close();
        return aside;
    }

    /** Nobody guesses such a name before it is taken, and one that exists is refused. */
    private static Path name(Path file, String prefix) {
        return file.resolveSibling(prefix + Long.toHexString(ThreadLocalRandom.current().nextLong()));
    }

    private static SeekableByteChannel create(Path aside, String mode) throws IOException {
        FileAttribute<Set<PosixFilePermission>> permissions =
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode));
        try {
            return Files.newByteChannel(aside, NEW, permissions);
        } catch (NoSuchFileException e) {
            Files.createDirectories(aside.getParent());
            return Files.newByteChannel(aside, NEW, permissions);
        }
    }

    /** One open, usually one write, one close, one rename: a clone does this ten thousand times. */
    private static void write(Path file, String prefix, byte[] content, String mode) throws IOException {
        Path aside = name(file, prefix);
        try {
            try (SeekableByteChannel out = create(aside, mode)) {
                for (int at = 0; at < content.length; at += PIECE) {
                    ByteBuffer piece = ByteBuffer.wrap(content, at, Math.min(PIECE, content.length - at));
                    while (piece.hasRemaining()) {
                        out.write(piece);
                    }
                }
            }
            Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            Files.deleteIfExists(aside);
            throw Files.isDirectory(file) ? new FileAlreadyExistsException(file + " is a directory") : e;
        }
    }
}
