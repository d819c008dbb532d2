/**
 * A running hub. {@link dev.musehub.server.Hub} puts the parts together, {@link dev.musehub.server.Router} finds the
 * route of each request, and health, metrics and log are here too. HTTP itself is in {@code server.http}, rights and
 * rate limits in {@code server.access}, the routes of programs in {@code server.api}, those of browsers in {@code
 * server.browser}.
 */
package dev.musehub.server;
