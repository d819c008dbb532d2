/**
 * What the file of a snapshot says, and in which order. How such files are read and written is the matter of {@code
 * client.muse}.
 */
package dev.musehub.client.snapshots;
