package dev.musehub.cli;

/** Numbers of things in words: {@code 1 object}, {@code 2 objects}, {@code 3 branches}. */
public final class Plural {

    private Plural() {
    }

    /** {@code number} and {@code noun}, which stands in the singular. */
    public static String of(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : noun.endsWith("ch") ? "es" : "s");
    }
}
