package dev.musehub.core.model;

import java.util.Comparator;
import java.util.List;

/** Finds the known name that a user probably meant. */
public final class Nearest {

    private Nearest() {
    }

    /** The name in {@code known} that needs the fewest changes of a letter. */
    public static String of(String name, List<String> known) {
        return known.stream().min(Comparator.comparingInt(other -> changes(name, other))).orElseThrow();
    }

    /** The Levenshtein distance, row by row. */
    private static int changes(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int kept = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(kept, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
