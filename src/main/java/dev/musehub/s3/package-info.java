/**
 * Objects in a bucket of an S3-compatible service, and direct transfers between clients and the bucket: presigned URLs,
 * and the confirmation of what clients put. Start with {@link dev.musehub.s3.S3Store} and {@link
 * dev.musehub.s3.Presigning}.
 */
package dev.musehub.s3;
