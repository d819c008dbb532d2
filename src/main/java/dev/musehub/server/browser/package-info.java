/**
 * The routes of browsers: pages, forms, raw files. Start with {@link dev.musehub.server.browser.PageRoutes}.
 */
package dev.musehub.server.browser;
