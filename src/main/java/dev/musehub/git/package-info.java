/**
 * Reading a git repository through the system's own {@code git}: refs, the order of commits, and objects out of one
 * long-lived {@code cat-file --batch}. Knows nothing of Muse; {@code client/GitImport} makes commits of it. Start
 * reading at {@link dev.musehub.git.GitRepository}.
 */
package dev.musehub.git;
