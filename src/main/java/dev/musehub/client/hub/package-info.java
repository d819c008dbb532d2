/**
 * Talking to a hub: HTTP connections, the requests and answers, and signed URLs to the object store behind the hub.
 * Start with {@link dev.musehub.client.hub.HubClient}.
 */
package dev.musehub.client.hub;
