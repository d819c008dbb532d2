/**
 * The client: real {@code .muse} directories, and what travels between them and a hub.
 *
 * <p>{@link dev.musehub.client.MuseRepository} is a directory as Muse 0.1.5 writes it, {@link dev.musehub.client.Push}
 * and {@link dev.musehub.client.Fetch} are the two directions, {@link dev.musehub.client.HubClient} is the other side
 * of the line. The commands of the command line are here too.
 */
package dev.musehub.client;
