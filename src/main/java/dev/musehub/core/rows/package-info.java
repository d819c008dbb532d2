/**
 * The records of the push path: the pool, the schema, and one class for each aggregate with its SQL. Knows rows, not
 * the protocol. Each method takes the connection of its caller, who owns the transaction: boundaries are visible where
 * the story is told, in {@code push} and {@code fetch}. Start with {@link dev.musehub.core.rows.Pool} and the schema in
 * {@code sql}.
 */
package dev.musehub.core.rows;
