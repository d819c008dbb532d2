/**
 * Counters and histograms, and their text for Prometheus. Knows nothing of what is counted. Start with
 * {@link dev.musehub.metrics.Metrics}.
 */
package dev.musehub.metrics;
