package dev.musehub.files;

import java.util.Optional;
import java.util.regex.Pattern;

/** Whole numbers in texts that come from outside: ids in paths and forms, pids in files. */
public final class WholeNumber {

    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,18}");

    private WholeNumber() {
    }

    /** The number that {@code text} is; empty unless it has 1 to 18 decimal digits and nothing else. */
    public static Optional<Long> of(String text) {
        return DIGITS.matcher(text).matches() ? Optional.of(Long.parseLong(text)) : Optional.empty();
    }
}
