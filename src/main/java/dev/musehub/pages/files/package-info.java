/**
 * Pages of files: directories, one file, and the history of one file. Start with
 * {@link dev.musehub.pages.files.TreePage}.
 */
package dev.musehub.pages.files;
