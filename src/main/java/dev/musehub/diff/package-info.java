/**
 * What changed between two texts, line by line and word by word. Pure: bytes and text in, records out; how it looks is
 * the pages' affair. Start with {@link dev.musehub.diff.TextDiff}.
 */
package dev.musehub.diff;
