/**
 * What travels between a {@code .muse} directory and a hub: push and fetch, what they plan, and the way of their
 * objects. Start with {@link dev.musehub.client.transfer.Push} and {@link dev.musehub.client.transfer.Fetch}.
 */
package dev.musehub.client.transfer;
