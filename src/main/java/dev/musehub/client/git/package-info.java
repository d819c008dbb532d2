/**
 * {@code musehub import-git}: reading a git repository through the system's own {@code git}, and making commits of Muse
 * of it. Start with {@link dev.musehub.client.git.GitImport}.
 */
package dev.musehub.client.git;
