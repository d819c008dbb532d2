/**
 * {@code musehub import-git}: reads a git repository through the {@code git} of the system and makes commits of Muse
 * from its commits. Start with {@link dev.musehub.client.git.GitImport}.
 */
package dev.musehub.client.git;
