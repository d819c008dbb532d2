/**
 * A {@code .muse} directory as Muse 0.1.5 reads and writes it, and the files beside it. Knows no network. Start with
 * {@link dev.musehub.client.muse.MuseRepository}.
 */
package dev.musehub.client.muse;
