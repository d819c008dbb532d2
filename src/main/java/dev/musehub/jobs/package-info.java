/**
 * What is computed after a push: {@link dev.musehub.jobs.Kind} lists it, {@link dev.musehub.jobs.Counting} counts
 * commits, {@link dev.musehub.jobs.Worker} runs what the queue holds.
 */
package dev.musehub.jobs;
