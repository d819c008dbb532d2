/**
 * Directory trees, bounded streams and numbers in texts, for the client and for what keeps directories. Knows nothing
 * of Muse. Start with {@link dev.musehub.files.FileTrees}.
 */
package dev.musehub.files;
