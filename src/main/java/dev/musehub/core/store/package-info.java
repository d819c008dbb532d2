/**
 * The bytes: durable, whole, found again by their id. Knows bytes and ids, not repositories, and holds no database
 * connection. Start with {@link dev.musehub.store.ObjectStore}.
 */
package dev.musehub.core.store;
