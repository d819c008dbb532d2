package dev.musehub.core.model;

import java.util.UUID;

/**
 * What a collection deletes at once: one key of a bucket, or one file of a disk with all objects in it. A file has
 * position 0 and an id of zeros.
 */
public record SweptPlace(UUID segment, long position, Sha256 id) {

    /** A whole file. */
    public static SweptPlace file(UUID segment) {
        return new SweptPlace(segment, 0, Sha256.ZEROS);
    }

    /** The key of one object, whose position is negative. */
    public static SweptPlace key(StoreLocation place, Sha256 id) {
        return new SweptPlace(place.segment(), place.position(), id);
    }

    /** What must be deleted for the bytes of {@code id} at {@code place} to be gone. */
    public static SweptPlace of(StoreLocation place, Sha256 id) {
        return place.position() < 0 ? key(place, id) : file(place.segment());
    }

    /** Whether this is a file. */
    public boolean isFile() {
        return position == 0;
    }
}
