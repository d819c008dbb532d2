/**
 * The PostgreSQL that the hub starts for itself where it is given none: its programs, its cluster, its process, and the
 * directory of the hub that holds it. Nothing here knows a table. Start with
 * {@link dev.musehub.postgres.EmbeddedPostgres}.
 */
package dev.musehub.postgres;
