/**
 * Pages of commits and of what names them: lists, one commit, comparison, search, branches, tags and releases. Start
 * with {@link dev.musehub.pages.history.CommitPage}.
 */
package dev.musehub.pages.history;
