/**
 * Counting what happens, cheaply, and writing it down as Prometheus reads it. Knows nothing of what is counted; start
 * with {@link dev.musehub.metrics.Metrics}.
 */
package dev.musehub.metrics;
