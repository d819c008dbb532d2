/**
 * Makes commands start fast: the training run of {@code musehub --prepare}. The launcher ({@code src/main/sh/musehub})
 * starts it; no other package needs it.
 */
package dev.musehub.startup;
