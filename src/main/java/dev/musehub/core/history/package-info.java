/**
 * What a Muse repository says: commits, snapshots with their manifests, and the formulas of their ids. Pure values: no
 * I/O. Start with {@link dev.musehub.core.history.Ids}, which holds the formulas; {@link
 * dev.musehub.core.history.Manifest} and {@link dev.musehub.core.history.ManifestDelta} are what travels. The files
 * that hold all this are described in {@code format.md}.
 */
package dev.musehub.core.history;
