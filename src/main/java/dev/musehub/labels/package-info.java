/**
 * Tags and releases, as the client's files and the wire say them: what the hub and the client share. The hub's rows of
 * them are in {@code repositories}, the client's files in {@code client.transfer}.
 */
package dev.musehub.labels;
