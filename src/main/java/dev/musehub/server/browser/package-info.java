/**
 * The routes of browsers: pages, forms, raw files. Each method reads one request, asks a page or a rule, and returns
 * what the browser gets. Start with {@link dev.musehub.server.browser.PageResponder}.
 */
package dev.musehub.server.browser;
