package dev.musehub.store;

import dev.musehub.model.Sha256;
import dev.musehub.model.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/** Keeps the bytes of objects. Implementations are safe for many threads. */
public interface ObjectStore extends AutoCloseable {

    /** Bytes whose SHA-256 the caller has verified to be {@code id}. */
    record Blob(Sha256 id, byte[] bytes) { }

    /**
     * Stores a batch. When this returns, every byte is durable, so that a row may be written (invariant I1); when it
     * throws, some may lie there unseen, which harms nobody.
     */
    List<StoredObject> put(List<Blob> batch) throws IOException;

    /**
     * Stores one object too large for memory while it comes in. Durable on return, as with {@link #put}.
     *
     * @param bytes ends after {@code size} bytes
     * @throws dev.musehub.model.Problem {@code object-mismatch} where they are not those of {@code id}
     */
    StoredObject putLarge(Sha256 id, long size, InputStream bytes) throws IOException;

    /** The way for clients to put and get objects without the hub in between, where this store has one. */
    default Optional<DirectStore> direct() {
        return Optional.empty();
    }

    /** A reader for one request. Reading objects in the order in which they were stored is fastest. */
    Reader reader();

    /** Reads objects. Confined to one thread. */
    interface Reader extends AutoCloseable {

        /**
         * The bytes of an object, with their hash verified.
         *
         * @throws dev.musehub.model.Problem {@code object-damaged} where they are gone or not what they were
         */
        byte[] read(StoredObject object) throws IOException;

        /**
         * The bytes of an object too large for memory, to be closed by the caller. Their hash is verified at their
         * end, where the stream throws {@code object-damaged} instead of ending.
         */
        InputStream open(StoredObject object) throws IOException;

        /** Says what will be read, and in which order: a store far away reads ahead. */
        default void expect(List<StoredObject> objects) {
            // The disk is near.
        }

        @Override
        void close() throws IOException;
    }

    @Override
    void close() throws IOException;
}
