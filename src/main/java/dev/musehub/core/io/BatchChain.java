package dev.musehub.core.io;

/**
 * Counts batches that are packed one on another. To read the last of them a reader unpacks all, so their number and
 * their raw bytes are bounded; then one stands alone again. Who sends and who stores count alike, so that what comes is
 * kept as it came.
 */
public final class BatchChain {

    private static final int BATCHES = 16;
    private static final long BYTES = 8 << 20;

    private int batches;
    private long bytes;

    /** Whether a batch of {@code more} raw bytes must stand alone. */
    public boolean isFull(long more) {
        return batches == BATCHES || batches > 0 && bytes + more > BYTES;
    }

    /** Counts a batch of {@code raw} bytes. */
    public void add(long raw) {
        batches++;
        bytes += raw;
    }

    /** Begins a new chain. */
    public void clear() {
        batches = 0;
        bytes = 0;
    }
}
