package dev.musehub.core.store;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.model.SweptPlace;
import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Keeps the bytes of objects. Implementations are safe for many threads. */
public interface ObjectStore extends AutoCloseable {

    /** Bytes whose SHA-256 the caller has verified to be {@code id}. */
    record Blob(Sha256 id, byte[] bytes) { }

    /**
     * The bytes of some objects behind each other as one zstd frame.
     *
     * @param prefix the object whose bytes it is packed on, if there is one
     */
    record PackedBatch(byte[] zstd, Optional<Sha256> prefix) { }

    /** A batch as it lies in a store; it has so many objects. */
    record LyingBatch(int objects, PackedBatch packed) { }

    /**
     * Stores a batch. When this returns, every byte is durable, so that a row may be written (invariant I1); when it
     * throws, some bytes may stay in the store without a row; {@link #sweep} finds them.
     */
    List<StoredObject> put(List<Blob> batch) throws IOException;

    /** Stores the batches of one push, in their order. Confined to one thread at a time. */
    interface Writer extends AutoCloseable {

        /**
         * Stores a batch, as {@link ObjectStore#put} does.
         *
         * @param packed the same bytes packed, where somebody has done that work already
         */
        List<StoredObject> put(List<Blob> batch, Optional<PackedBatch> packed) throws IOException;

        @Override
        default void close() throws IOException {
            // Most have nothing open.
        }
    }

    /** A writer for one push. */
    default Writer writer() {
        return (batch, _) -> put(batch);
    }

    /**
     * Stores one object too large for memory while it comes in. Durable on return, as with {@link #put}.
     *
     * @param bytes ends after {@code size} bytes
     * @throws dev.musehub.core.model.Problem {@code object-mismatch} where they are not those of {@code id}
     */
    StoredObject putLarge(Sha256 id, long size, InputStream bytes) throws IOException;

    /** The way for clients to put and get objects without the hub in between, where this store has one. */
    default Optional<DirectStore> direct() {
        return Optional.empty();
    }

    /** Deletes bytes, where they are there. The caller has made sure that no row points to them or will. */
    void delete(Collection<SweptPlace> places) throws IOException;

    /** The database's part in a sweep. */
    interface SweepRows {

        /** Those of {@code places} to which no row points; and, until they are {@link #gone}, none will. */
        Set<SweptPlace> doom(Collection<SweptPlace> places) throws SQLException;

        /** The bytes at {@code places} are deleted; what is put there from now on may get a row again. */
        void gone(Collection<SweptPlace> places) throws SQLException;
    }

    /** What a sweep found that no row points to: files or keys, and their length in bytes. */
    record Swept(long count, long bytes) { }

    /**
     * Finds, and where {@code delete} says so removes, what was written before {@code before} and has no row: left by
     * pushes that broke off, or by collections. What is younger probably waits for its row, so the age saves work; what
     * is safe to delete is for {@link SweepRows#doom} to say.
     */
    Swept sweep(Instant before, SweepRows rows, boolean delete) throws IOException, SQLException;

    /** The identity that this store was given; empty in one that is new. */
    Optional<UUID> identity() throws IOException;

    /** Gives the store an identity, durably. */
    void identify(UUID id) throws IOException;

    /** Makes sure, with one small request or file, that objects could be stored now. */
    void check() throws IOException;

    /** A reader for one request. Reading objects in the order in which they were stored is fastest. */
    Reader reader();

    /** Reads objects. Confined to one thread. */
    interface Reader extends AutoCloseable {

        /**
         * The bytes of an object, with their hash verified.
         *
         * @throws dev.musehub.core.model.Problem {@code object-damaged} where they are gone or not what they were
         */
        byte[] read(StoredObject object) throws IOException;

        /**
         * The batch that begins with {@code wanted}, packed as it lies in the store, without a look at hashes; empty
         * where the objects lie otherwise, or more of them than are wanted.
         *
         * @param prefix the object on which it may be packed, as its reader has that one at hand
         */
        default Optional<LyingBatch> batch(List<StoredObject> wanted, Optional<Sha256> prefix) throws IOException {
            return Optional.empty();
        }

        /**
         * The bytes of an object too large for memory, to be closed by the caller. Their hash is verified at their
         * end, where the stream throws {@code object-damaged} instead of ending.
         */
        InputStream open(StoredObject object) throws IOException;

        /**
         * Makes sure, without reading all of it, that an object is there and as long as it was.
         *
         * @throws dev.musehub.core.model.Problem {@code object-damaged}
         */
        void probe(StoredObject object) throws IOException;

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
