/**
 * What can be set of a hub: {@link dev.musehub.settings.Setting} is the table, {@link dev.musehub.settings.Settings}
 * the values that one process runs with. Knows texts and where they came from; what they mean is for who asks for them.
 */
package dev.musehub.settings;
