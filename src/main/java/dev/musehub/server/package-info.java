/**
 * A running hub. {@link dev.musehub.server.Hub} puts the parts together, {@link dev.musehub.server.Router} leads each
 * request to its route, and what operators look at is here: health, metrics, log. HTTP itself is in {@code
 * server.http}, rights and rates in {@code server.access}, the routes of programs in {@code server.api}, those of
 * browsers in {@code server.browser}.
 */
package dev.musehub.server;
