/**
 * How a push is received: the reason this hub exists.
 *
 * <p>Start with {@link dev.musehub.push.PushStream}, which tells the whole story top down, one line per phase of
 * design.md section 6. Each phase is a class: {@link dev.musehub.push.Receive}, {@link dev.musehub.push.Integrity},
 * {@link dev.musehub.push.SnapshotChunks}, {@link dev.musehub.push.CommitChunks},
 * {@link dev.musehub.push.BranchMove}; each transaction is spelled out where it happens.
 */
package dev.musehub.core.push;
