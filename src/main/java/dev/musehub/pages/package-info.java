/**
 * The frame of every page, and what all pages are made of. The pages themselves stand in rooms below this one, a room
 * for each subject. What stands on a page is decided before it is asked for: who may see a repository is the business
 * of {@code server}. Begin with {@link dev.musehub.pages.Markup}: templates are ours, and everything put into them is
 * escaped.
 */
package dev.musehub.pages;
