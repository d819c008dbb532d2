/**
 * What lies between two snapshots, as HTML: which files differ, and how. Start with
 * {@link dev.musehub.pages.changes.Changes}.
 */
package dev.musehub.pages.changes;
