/**
 * What pages ask of the database, beyond what a push needs. Rows in, records out; no HTML. Start with
 * {@link dev.musehub.pages.queries.CommitList}.
 */
package dev.musehub.pages.queries;
