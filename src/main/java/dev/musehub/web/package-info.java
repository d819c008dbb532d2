/**
 * The pages, rendered here and readable without scripts. What stands on them is decided before they are asked for: who may
 * see a repository is the business of {@code http}.
 *
 * <p>Begin with {@link dev.musehub.web.Markup}: templates are ours, everything put into them is escaped, and nothing else
 * writes HTML but {@link dev.musehub.web.CodeText} and {@link dev.musehub.web.Markdown}. {@link dev.musehub.web.Layout} is
 * the frame, {@link dev.musehub.web.Links} the addresses. {@link dev.musehub.web.Browse} and {@link dev.musehub.web.Site}
 * lead to the pages, each of which takes what it needs from the database in one go, lets go of the connection, and reads
 * bytes only then. What a hash names never changes, so {@link dev.musehub.web.MarkupCache} pieces need no date.
 */
package dev.musehub.web;
