/**
 * What a Muse repository is made of, and the formulas of its ids (muse-format.md section 4).
 *
 * <p>Pure values: no I/O, no other package of this project. Start with {@link dev.musehub.model.Ids}, which holds the
 * three formulas; {@link dev.musehub.model.Manifest} and {@link dev.musehub.model.ManifestDelta} are what travels.
 */
package dev.musehub.model;
