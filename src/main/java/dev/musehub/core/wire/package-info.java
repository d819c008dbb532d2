/**
 * The bytes between client and hub: the packstream and the bodies of the small requests, as {@code wire.md} has them.
 *
 * <p>{@link dev.musehub.core.wire.Frame} lists the frames, {@link dev.musehub.core.wire.FrameReader} and {@link
 * dev.musehub.core.wire.FrameWriter} turn them into bytes and back, {@link dev.musehub.core.wire.ObjectCoding} unpacks
 * one object, {@link dev.musehub.core.wire.Limits} bounds everything. Both sides use the same code; nothing here knows
 * of repositories, databases or stores.
 */
package dev.musehub.core.wire;
