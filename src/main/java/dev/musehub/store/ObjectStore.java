package dev.musehub.store;

import dev.musehub.model.Sha256;
import dev.musehub.model.StoredObject;
import java.io.IOException;
import java.util.List;

/** Keeps the bytes of objects. Implementations are safe for many threads. */
public interface ObjectStore extends AutoCloseable {

    /** Bytes whose SHA-256 the caller has verified to be {@code id}. */
    record Blob(Sha256 id, byte[] bytes) { }

    /**
     * Stores a batch. When this returns, every byte is durable, so that a row may be written (invariant I1); when it
     * throws, some may lie there unseen, which harms nobody.
     */
    List<StoredObject> put(List<Blob> batch) throws IOException;

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

        @Override
        void close() throws IOException;
    }

    @Override
    void close() throws IOException;
}
