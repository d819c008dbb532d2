/**
 * The other end of the line: HTTP to a hub, its requests and answers, and signed URLs to the store behind it. Start
 * with {@link dev.musehub.client.hub.HubClient}.
 */
package dev.musehub.client.hub;
