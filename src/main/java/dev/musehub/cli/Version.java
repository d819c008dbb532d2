package dev.musehub.cli;

/** Which musehub this is. */
public final class Version {

    /** As in {@code pom.xml}. */
    public static final String TEXT = "0.1.0";

    /** The protocol of push and fetch, as H frames name it. */
    public static final int PROTOCOL = 2;

    private Version() {
    }
}
