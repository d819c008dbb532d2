/**
 * The data directory and its database: the embedded PostgreSQL (programs, cluster, process), or the one that a URL
 * names. Nothing here knows a table. Start with {@link dev.musehub.postgres.OpenDatabase}.
 */
package dev.musehub.postgres;
