/**
 * What people keep in a repository beside its history: comments, tags and releases, the record of pushes; and which
 * content it refuses. Rules and their transactions, without HTTP and without HTML. Start with {@link
 * dev.musehub.repositories.Comments}.
 */
package dev.musehub.repositories;
