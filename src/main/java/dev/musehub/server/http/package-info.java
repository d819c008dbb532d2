/**
 * HTTP: a request with its answer, the client's address, timeouts, TLS. Knows no route and no repository. Start with
 * {@link dev.musehub.server.http.Exchange}.
 */
package dev.musehub.server.http;
