package dev.musehub.client.muse;

import dev.musehub.core.history.Ids;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;

/** The objects of a local repository, a file each, named by their ids (format.md). */
public final class ObjectFiles {

    private final Path root;

    /** The objects in the directory {@code root}. */
    ObjectFiles(Path root) {
        this.root = root;
    }

    public boolean has(Sha256 id) {
        return Files.exists(file(id));
    }

    /** Whether an object is here and its bytes match its id. */
    public boolean hasSound(Sha256 id) {
        try {
            return SafeFiles.hash(file(id)).equals(id);
        } catch (IOException e) {
            return false;
        }
    }

    /** Removes an object whose bytes do not match its id, so that the right ones can be written. */
    public void discard(Sha256 id) {
        try {
            Files.deleteIfExists(file(id));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The length of an object in bytes. */
    public long size(Sha256 id) {
        try {
            return Files.size(file(id));
        } catch (IOException e) {
            throw absent(id, e);
        }
    }

    /**
     * Reads an object and recomputes its id.
     *
     * @throws Problem {@code damaged-repository} if it is absent or does not match its id
     */
    public byte[] read(Sha256 id) {
        byte[] content;
        try {
            content = Files.readAllBytes(file(id));
        } catch (IOException e) {
            throw absent(id, e);
        }
        if (!Ids.object(content).equals(id)) {
            throw new Problem(Problem.Code.DAMAGED_REPOSITORY, file(id) + " does not hold the bytes its name says;"
                    + " 'musehub fetch --repair' downloads it again from a remote that has it");
        }
        return content;
    }

    /**
     * Writes an object; an existing one is kept. An empty object is written too, although the client of Muse loses it.
     *
     * @throws Problem {@code object-mismatch} if {@code content} does not match {@code id}
     */
    public void write(Sha256 id, byte[] content) {
        if (!Ids.object(content).equals(id)) {
            throw new Problem(Problem.Code.OBJECT_MISMATCH, "object " + id + " arrived with other bytes; try again");
        }
        writeHashed(id, content);
    }

    /** Writes an object whose {@code id} the caller has just computed from {@code content}. */
    public void writeHashed(Sha256 id, byte[] content) {
        if (!has(id)) {
            try {
                SafeFiles.writeObject(file(id), content);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Writes an object whose id is known only after all of it was read. */
    public Sha256 store(InputStream content) throws IOException {
        Path aside = SafeFiles.besideObject(root.resolve("incoming"));
        try {
            DigestInputStream hashing = new DigestInputStream(content, Sha256.digest());
            try (OutputStream out = Files.newOutputStream(aside)) {
                hashing.transferTo(out);
            }
            Sha256 id = Sha256.ofBytes(hashing.getMessageDigest().digest());
            Files.createDirectories(file(id).getParent());
            Files.move(aside, file(id), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return id;
        } finally {
            Files.deleteIfExists(aside);
        }
    }

    /** The bytes of an object, not verified: for callers whose other end verifies them. */
    public InputStream open(Sha256 id) throws IOException {
        try {
            return Files.newInputStream(file(id));
        } catch (NoSuchFileException e) {
            throw absent(id, e);
        }
    }

    /** Begins an object that is written while it arrives. */
    public IncomingObject incoming(Sha256 id) throws IOException {
        Path file = file(id);
        return new IncomingObject(id, file, SafeFiles.besideObject(file));
    }

    private Path file(Sha256 id) {
        String hex = id.hex();
        return root.resolve(hex.substring(0, 2)).resolve(hex.substring(2));
    }

    private Problem absent(Sha256 id, IOException e) {
        return new Problem(Problem.Code.DAMAGED_REPOSITORY, "object " + id.hex() + " is not in " + root
                + "; 'musehub fetch --repair' downloads it from a remote that has it", e);
    }
}
