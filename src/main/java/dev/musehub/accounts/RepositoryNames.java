package dev.musehub.accounts;

import java.util.regex.Pattern;

/** What owners and repositories may be called. */
public final class RepositoryNames {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private RepositoryNames() {
    }

    /** Whether {@code name} can name an owner or a repository. */
    public static boolean valid(String name) {
        return NAME.matcher(name).matches() && !name.contains("..");
    }
}
