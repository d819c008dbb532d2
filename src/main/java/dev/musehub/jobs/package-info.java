/**
 * What the hub computes after a push. {@link dev.musehub.jobs.JobKind} lists it, {@link dev.musehub.jobs.Insights}
 * computes it, {@link dev.musehub.jobs.Worker} runs the jobs of the queue ({@link dev.musehub.jobs.JobRows}).
 */
package dev.musehub.jobs;
