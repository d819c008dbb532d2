/**
 * The bytes between client and hub: the packstream (design.md section 4) and the bodies of the small requests.
 *
 * <p>{@link dev.musehub.wire.Frame} lists the frames, {@link dev.musehub.wire.FrameReader} and
 * {@link dev.musehub.wire.FrameWriter} turn them into bytes and back, {@link dev.musehub.wire.ObjectCoding} packs the
 * bytes of one object, {@link dev.musehub.wire.Limits} bounds everything. Both sides use the same code; nothing here
 * knows of repositories, databases or stores.
 */
package dev.musehub.core.wire;
