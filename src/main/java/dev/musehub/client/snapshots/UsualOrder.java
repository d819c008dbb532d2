package dev.musehub.client.snapshots;

import dev.musehub.core.history.Manifest;
import dev.musehub.core.model.CodePoints;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The order in which Muse's {@code commit} writes a manifest's keys: the files of a directory before its
 * subdirectories, each sorted. Any other order travels as positions (format.md, "Snapshots").
 */
public final class UsualOrder {

    /** The order of paths. */
    public static final Comparator<String> PATHS = UsualOrder::compare;

    private UsualOrder() {
    }

    /** The positions, in the sorted manifest, of its entries in the usual order. */
    public static int[] positions(Manifest manifest) {
        Integer[] order = new Integer[manifest.size()];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> PATHS.compare(manifest.path(a), manifest.path(b)));
        return Arrays.stream(order).mapToInt(Integer::intValue).toArray();
    }

    /** The positions of {@code keys}, in the order given, in {@code manifest}; empty where that is the usual order. */
    public static Optional<int[]> unless(Manifest manifest, List<String> keys) {
        boolean usual = true;
        for (int i = 1; i < keys.size() && usual; i++) {
            usual = PATHS.compare(keys.get(i - 1), keys.get(i)) < 0;
        }
        return usual ? Optional.empty() : Optional.of(keys.stream().mapToInt(manifest::indexOf).toArray());
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
