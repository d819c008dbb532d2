package dev.musehub.core.store;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoredObject;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The way past the hub: clients put objects straight into the store, and get them from there. Each repository has a
 * scope of its own in the store, so that what a repository confirms is what it was sent (I5), even where another
 * repository's copy of the same object lies beside it. Safe for many threads.
 */
public interface DirectStore {

    /** A signed URL, and the headers that the request must carry exactly as they are. */
    record Target(URI url, Map<String, String> headers) { }

    /** Where one object shall be put, and the bytes it has. */
    record Offer(Sha256 id, long size) { }

    /** A URL under which exactly the bytes of {@code offer} can be stored, for 15 minutes. No request to the store. */
    Target put(UUID scope, Offer offer);

    /** A URL from which an object can be read, for 15 minutes. No request to the store. */
    Target get(StoredObject object);

    /** The largest object for {@link #put}; larger ones go part by part. */
    long putBytes();

    /**
     * An upload in parts that is under way, found again or begun.
     *
     * @param partBytes length of every part but the last
     * @param present numbers of the parts that are there, from 1
     * @param missing the next parts to put, by number; empty when all are there
     */
    record MultipartState(long partBytes, List<Integer> present, Map<Integer, Target> missing) { }

    /** Begins the upload of a large object, or finds the one that was begun. */
    MultipartState parts(UUID scope, Offer offer) throws IOException;

    /**
     * Whether an object that was put in one piece has arrived: asks the store for its length and checksum, and reads
     * it back where the store's own word is no proof. What is there and is not that object is deleted.
     *
     * @return where it lies; empty where it has not arrived
     */
    Optional<StoredObject> arrived(UUID scope, Sha256 id) throws IOException;

    /** As {@link #arrived}, for an object put in parts: joins them when all are there, and reads the whole back. */
    Optional<StoredObject> arrivedInParts(UUID scope, Offer offer) throws IOException;

    /** Some bytes of an object, all within its length. One request, which brings these bytes only. */
    byte[] bytes(StoredObject object, long from, int count) throws IOException;

    /** Removes a copy that no row refers to. */
    void discard(StoredObject copy) throws IOException;

    /** Objects that were read back because the store gave no checksum, since the start. */
    long readBack();

    /**
     * What proves that bytes put by a URL are those of the id: {@code checksum}, {@code content-hash}, {@code
     * read-back}.
     */
    String proof();
}
