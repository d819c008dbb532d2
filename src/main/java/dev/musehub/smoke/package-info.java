/**
 * Tests a hub as its users do: generated histories are pushed and cloned by the program itself, each command in a
 * process of its own, so that the figures are the times that a user waits. This package knows nothing of the inside of
 * a hub. Start with {@link dev.musehub.smoke.Smoke}.
 */
package dev.musehub.smoke;
