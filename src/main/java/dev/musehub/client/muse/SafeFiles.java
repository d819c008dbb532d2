package dev.musehub.client.muse;

import dev.musehub.core.model.Sha256;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
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
import java.security.DigestInputStream;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** Writes files that are whole or absent, never half: first under another name, then renamed. */
public final class SafeFiles {

    private static final Set<OpenOption> NEW = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

    /** Java copies each write to memory outside of the heap, so a write is limited. */
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

    /** A new empty file beside {@code file}, named as Muse names unfinished objects. The caller renames it. */
    static Path besideObject(Path file) throws IOException {
        return aside(file, ".obj-tmp-", "rw-------");
    }

    /** A new empty file beside {@code file}, with the usual permissions. The caller renames it. */
    static Path beside(Path file) throws IOException {
        return aside(file, ".tmp-", "rw-r--r--");
    }

    /** The text of a file; empty if the file is absent or a directory. */
    static Optional<String> text(Path file) {
        try {
            return Files.isDirectory(file) ? Optional.empty() : Optional.of(Files.readString(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The hash of the bytes of a file. */
    static Sha256 hash(Path file) throws IOException {
        try (DigestInputStream in = new DigestInputStream(Files.newInputStream(file), Sha256.digest())) {
            in.transferTo(OutputStream.nullOutputStream());
            return Sha256.ofBytes(in.getMessageDigest().digest());
        }
    }

    /** Appends to a file, creating its directories. */
    public static void append(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path aside(Path file, String prefix, String mode) throws IOException {
        Path aside = name(file, prefix);
        create(aside, mode).close();
        return aside;
    }

    /** A random name: nobody can guess it in advance, and a name that exists is refused. */
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

    /** Needs one open, one write, one close and one rename: a clone does this ten thousand times. */
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
