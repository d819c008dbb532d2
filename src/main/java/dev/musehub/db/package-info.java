/**
 * The records: the pool, the schema, and one class per aggregate with its SQL.
 *
 * <p>Knows rows, not protocol. Each method takes the connection of its caller, who owns the transaction: boundaries
 * are visible where the story is told, in {@code push} and {@code fetch}. Start with {@link dev.musehub.db.Pool}
 * and {@code sql/001_core.sql}.
 */
package dev.musehub.db;
