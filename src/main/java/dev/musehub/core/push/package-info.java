/**
 * How a push is received: the reason this hub exists.
 *
 * <p>Start with {@link dev.musehub.core.push.PushStream}, which tells the whole story top down, one line for each
 * phase. Each phase is a class: {@link dev.musehub.core.push.Receive}, {@link dev.musehub.core.push.Integrity}, {@link
 * dev.musehub.core.push.SignatureCheck}, {@link dev.musehub.core.push.SnapshotChunks}, {@link
 * dev.musehub.core.push.CommitChunks}, {@link dev.musehub.core.push.BranchMove}. Each transaction is spelled out where
 * it happens. {@code design.md} tells the same story in words, and defines the invariants I1 to I9.
 */
package dev.musehub.core.push;
