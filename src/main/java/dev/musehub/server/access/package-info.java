/**
 * Who may do what, and how much of it: tokens, sessions, roles, rates. Start with
 * {@link dev.musehub.server.access.Access}.
 */
package dev.musehub.server.access;
