package dev.musehub.client;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Files that appear whole or not at all: written aside, then renamed. */
final class SafeFiles {

    private SafeFiles() {
    }

    /** Writes {@code file} with the usual permissions, creating its directories. */
    static void write(Path file, byte[] content) throws IOException {
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
        FileAttribute<Set<PosixFilePermission>> permissions =
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode));
        try {
            return Files.createTempFile(file.getParent(), prefix, "", permissions);
        } catch (java.nio.file.NoSuchFileException e) {
            Files.createDirectories(file.getParent());
            return Files.createTempFile(file.getParent(), prefix, "", permissions);
        }
    }

    private static void write(Path file, String prefix, byte[] content, String mode) throws IOException {
        Path aside = aside(file, prefix, mode);
        try {
            Files.write(aside, content);
            Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            Files.deleteIfExists(aside);
            throw Files.isDirectory(file) ? new FileAlreadyExistsException(file + " is a directory") : e;
        }
    }
}
