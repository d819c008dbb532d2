/**
 * Bytes, memory and threads, for code that has nothing to do with Muse: compression, hashing on the way through, the
 * budget for what is in memory, bytes on their way into it, and bounded work on several threads. Start with {@link
 * dev.musehub.core.io.MemoryBudget}.
 */
package dev.musehub.core.io;
