/**
 * What is computed after a push: {@link dev.musehub.jobs.JobKind} lists it, {@link dev.musehub.jobs.Insights} computes
 * each, {@link dev.musehub.jobs.Worker} runs what the queue ({@link dev.musehub.jobs.JobRows}) holds.
 */
package dev.musehub.jobs;
