/**
 * Objects in a bucket of an S3-compatible service, and transfers that go past the hub: presigned puts and gets, and the
 * confirmation of what was put. Start with {@link dev.musehub.s3.S3Store} and {@link dev.musehub.s3.Presigning}.
 */
package dev.musehub.s3;
