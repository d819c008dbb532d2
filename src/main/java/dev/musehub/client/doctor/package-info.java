/**
 * {@code musehub doctor}: checks the way to a hub. Start with {@link dev.musehub.client.doctor.Doctor}.
 */
package dev.musehub.client.doctor;
