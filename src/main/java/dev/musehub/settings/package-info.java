/**
 * The settings of a hub: {@link dev.musehub.settings.Setting} is the table, {@link dev.musehub.settings.Settings} holds
 * the values of one process. This package knows texts and their sources, but not what the values mean.
 */
package dev.musehub.settings;
