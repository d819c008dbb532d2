package dev.musehub.core.model;

import java.util.Locale;

/** What one may do in a repository; each includes those before it. */
public enum Role {
    NONE, READER, WRITER, ADMIN, OWNER;

    /** Whether this role allows what {@code other} does. */
    public boolean includes(Role other) {
        return compareTo(other) >= 0;
    }

    /** The form in the database, on the wire and on the command line. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The role of a row; none where there is no row. */
    public static Role of(String text) {
        return text == null ? NONE : valueOf(text.toUpperCase(Locale.ROOT));
    }
}
