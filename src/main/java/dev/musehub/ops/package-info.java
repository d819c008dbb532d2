/**
 * What an operator does to a hub: check it, collect what nobody needs, back it up and bring it back. Each is a class
 * with the work, and a command of the same name around it. Start with {@link dev.musehub.ops.Fsck}.
 */
package dev.musehub.ops;
