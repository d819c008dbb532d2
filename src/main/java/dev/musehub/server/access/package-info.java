/**
 * Who may do what, and how much: tokens, sessions, roles, rate limits. Start with
 * {@link dev.musehub.server.access.Access}.
 */
package dev.musehub.server.access;
