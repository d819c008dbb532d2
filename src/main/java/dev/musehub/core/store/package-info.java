/**
 * The bytes on the local disk: durable, whole, found again by their id. Knows bytes and ids, not repositories, and
 * holds no database connection. Start with {@link dev.musehub.core.store.ObjectStore}; {@link
 * dev.musehub.core.store.DiskStore} keeps them in segments, whose format is in {@code disk.md}. A bucket is the other
 * store, in package {@code s3}.
 */
package dev.musehub.core.store;
