package dev.musehub.cli;

/** The version of this musehub. */
public final class Version {

    /** As in {@code pom.xml}. */
    public static final String TEXT = "0.1.0";

    /** The version of the protocol of push and fetch, as H frames name it. */
    public static final int PROTOCOL = 2;

    private Version() {
    }
}
