package dev.musehub.client.muse;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;

/**
 * Writes an object to a file while it arrives. The bytes go to a temporary file and are hashed on the way; the file
 * gets its name only if the hash is the id of the object (I8). Confined to one thread.
 */
public final class IncomingObject extends DigestOutputStream {

    private final Sha256 id;
    private final Path file;
    private final Path aside;
    private boolean done;

    /** Begins the object {@code id}, which will be {@code file}; {@code aside} is the empty temporary file. */
    IncomingObject(Sha256 id, Path file, Path aside) throws IOException {
        super(Files.newOutputStream(aside), Sha256.digest());
        this.id = id;
        this.file = file;
        this.aside = aside;
    }

    /**
     * Gives the file its name.
     *
     * @throws Problem {@code object-mismatch} if the bytes do not match the id
     */
    public void finish() throws IOException {
        out.close();
        if (!Sha256.ofBytes(digest.digest()).equals(id)) {
            throw new Problem(Problem.Code.OBJECT_MISMATCH, "object " + id + " arrived with other bytes; try again");
        }
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        done = true;
    }

    /** Deletes the temporary file if the object was not finished. */
    @Override
    public void close() throws IOException {
        if (!done) {
            out.close();
            Files.deleteIfExists(aside);
        }
    }
}
