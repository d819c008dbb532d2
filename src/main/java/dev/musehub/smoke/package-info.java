/**
 * Trying a hub out as its users do: generated histories, pushed and cloned by the program itself, each command a
 * process of its own, so that what is measured is what a user waits for. Nothing here knows how a hub works inside.
 * Start with {@link dev.musehub.smoke.Smoke}.
 */
package dev.musehub.smoke;
