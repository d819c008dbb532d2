/**
 * A running hub. {@link dev.musehub.server.Hub} puts the parts together. {@link dev.musehub.server.Routes} is the table
 * of all addresses, and {@link dev.musehub.server.Router} finds the line of each request. The answers to operators are
 * here: health, metrics, log. HTTP itself is in {@code server.http}, rights and rates are in {@code server.access}, the
 * routes of programs in {@code server.api}, those of browsers in {@code server.browser}.
 */
package dev.musehub.server;
