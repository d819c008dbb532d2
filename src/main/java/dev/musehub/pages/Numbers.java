package dev.musehub.pages;

import java.util.Locale;

/** Numbers as people read them. */
public final class Numbers {

    private Numbers() {
    }

    /** {@code 12,345}. */
    public static String count(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    /** {@code 1 commit}, {@code 2 commits}. */
    public static String count(long n, String what) {
        return count(n) + " " + what + (n == 1 ? "" : "s");
    }

    /** A number of bytes in a unit that keeps it short. */
    public static String bytes(long bytes) {
        return bytes < 10_000 ? count(bytes, "byte")
                : bytes < 10_000_000 ? count(bytes / 1_000) + " kB"
                : String.format(Locale.ROOT, "%,.1f MB", bytes / 1e6);
    }
}
