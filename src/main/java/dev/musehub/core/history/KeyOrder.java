package dev.musehub.core.history;

import dev.musehub.core.model.Problem;

/**
 * The order in which a writer put a manifest's keys into the snapshot's file. It is no part of any id, but a clone that
 * loses it writes other bytes than its origin. The order in which Muse's {@code commit} writes travels as nothing at
 * all; that of merges travels as positions in the sorted manifest (format.md, "Snapshots").
 */
public final class KeyOrder {

    private KeyOrder() {
    }

    /**
     * Checks that {@code order} names each of {@code size} entries once.
     *
     * @throws Problem {@code invalid-snapshot}
     */
    public static void check(int[] order, int size) {
        boolean[] seen = new boolean[size];
        boolean valid = order.length == size;
        for (int i = 0; i < order.length && valid; i++) {
            valid = order[i] >= 0 && order[i] < size && !seen[order[i]];
            if (valid) {
                seen[order[i]] = true;
            }
        }
        if (!valid) {
            throw new Problem(Problem.Code.INVALID_SNAPSHOT, "'order' must name each manifest entry exactly once");
        }
    }
}
