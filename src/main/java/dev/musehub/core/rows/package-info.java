/**
 * The tables of the push path: the connection pool, the schema, and one class for each kind of row with its SQL. They
 * know rows, not the protocol. Each method takes the connection of its caller, who owns the transaction, so the
 * boundaries of transactions can be seen in {@code push} and {@code fetch}. Start with {@link
 * dev.musehub.core.rows.Sql}, {@link dev.musehub.core.rows.Pool} and the schema in {@code sql}.
 */
package dev.musehub.core.rows;
