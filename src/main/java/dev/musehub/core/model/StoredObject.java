package dev.musehub.core.model;

import java.util.Optional;

/**
 * An object whose bytes are durable in the store.
 *
 * @param size raw length in bytes
 * @param place where the disk store keeps it; empty where the id alone finds it, as in an S3 bucket
 */
public record StoredObject(Sha256 id, long size, Optional<StoreLocation> place) {
}
