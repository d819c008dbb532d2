/**
 * Charts as SVG, made on the server. Knows numbers and days, not repositories. Start with
 * {@link dev.musehub.pages.charts.Chart}.
 */
package dev.musehub.pages.charts;
