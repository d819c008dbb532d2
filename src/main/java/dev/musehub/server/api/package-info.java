/**
 * The routes of programs. Each method reads one request, calls the core or a rule, and writes one answer. Start with
 * {@link dev.musehub.server.api.RepositoryRoutes}.
 */
package dev.musehub.server.api;
