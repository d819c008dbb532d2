package dev.musehub.core.model;

import java.util.UUID;

/**
 * Where a store keeps an object. On disk: a file, and the position of the object's entry in it, in bytes. In a bucket:
 * the scope of its key, and a negative number that says which key.
 */
public record StoreLocation(UUID segment, long position) {
}
