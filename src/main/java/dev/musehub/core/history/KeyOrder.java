package dev.musehub.core.history;

import dev.musehub.core.model.CodePoints;
import dev.musehub.core.model.Problem;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The order in which a writer put a manifest's keys into the snapshot's file. It is no part of any id, but a clone that
 * loses it writes other bytes than its origin. Muse's {@code commit} writes the files of a directory before its
 * subdirectories, each sorted; that is the {@link #USUAL usual} order and travels as nothing at all. Merges write
 * another one (format.md, "Snapshots"), which travels as positions in the sorted manifest.
 */
public final class KeyOrder {

    /** The order of paths in which Muse's {@code commit} writes them. */
    public static final Comparator<String> USUAL = KeyOrder::compare;

    private KeyOrder() {
    }

    /** The positions, in the sorted manifest, of its entries in the usual order. */
    public static int[] usual(Manifest manifest) {
        Integer[] order = new Integer[manifest.size()];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> USUAL.compare(manifest.path(a), manifest.path(b)));
        return Arrays.stream(order).mapToInt(Integer::intValue).toArray();
    }

    /** The positions of {@code keys}, in the order given, in {@code manifest}; empty where that is the usual order. */
    public static Optional<int[]> of(Manifest manifest, List<String> keys) {
        boolean usual = true;
        for (int i = 1; i < keys.size() && usual; i++) {
            usual = USUAL.compare(keys.get(i - 1), keys.get(i)) < 0;
        }
        return usual ? Optional.empty() : Optional.of(keys.stream().mapToInt(manifest::indexOf).toArray());
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

    private static int compare(String a, String b) {
        int n = Math.min(a.length(), b.length());
        int i = 0;
        while (i < n && a.charAt(i) == b.charAt(i)) {
            i++;
        }
        // Both lie in the directory of the common part; the one without a further slash is a file there.
        boolean aFile = a.indexOf('/', i) < 0;
        boolean bFile = b.indexOf('/', i) < 0;
        if (aFile != bFile) {
            return aFile ? -1 : 1;
        }
        if (aFile) {
            return CodePoints.ORDER.compare(a, b);
        }
        // Two directories: their names decide alone, and a name that is the other's beginning comes first.
        int start = a.lastIndexOf('/', i - 1) + 1;
        String x = a.substring(start, a.indexOf('/', i));
        String y = b.substring(start, b.indexOf('/', i));
        return CodePoints.ORDER.compare(x, y);
    }
}
