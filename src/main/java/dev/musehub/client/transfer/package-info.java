/**
 * Transfers between a {@code .muse} directory and a hub: push and fetch, their plans, and how objects travel. Start
 * with {@link dev.musehub.client.transfer.Push} and {@link dev.musehub.client.transfer.Fetch}.
 */
package dev.musehub.client.transfer;
