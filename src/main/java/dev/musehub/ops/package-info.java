/**
 * What an operator starts: check, collection, backup, restore, users and tokens. Most have a class that does the work,
 * and a command that calls it. Start with {@link dev.musehub.ops.Fsck}.
 */
package dev.musehub.ops;
