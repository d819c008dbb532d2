/**
 * The way back: what a client lacks of a history, as commit packs, and the objects it then asks for. {@link
 * dev.musehub.core.fetch.FetchCommits} and {@link dev.musehub.core.fetch.FetchObjects} answer one request each; {@link
 * dev.musehub.core.rows.Ancestry} finds the commits between two sets of heads. No connection is held while a frame is
 * written (I2).
 */
package dev.musehub.core.fetch;
