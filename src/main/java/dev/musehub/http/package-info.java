/**
 * The server: requests in, calls to push and fetch, answers out.
 *
 * <p>{@link dev.musehub.http.Hub} puts the parts together, {@link dev.musehub.http.Router} lists every route,
 * {@link dev.musehub.http.Access} decides who may do what, {@link dev.musehub.http.Exchange} is one request.
 */
package dev.musehub.http;
