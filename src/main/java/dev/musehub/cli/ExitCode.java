package dev.musehub.cli;

import dev.musehub.core.model.Problem;

/** The exit codes of Muse's own client (format.md). */
public final class ExitCode {

    public static final int OK = 0;
    /** The request of the user is wrong or was refused. */
    public static final int USER = 1;
    public static final int NO_REPOSITORY = 2;
    public static final int INTERNAL = 3;
    public static final int NOT_FOUND = 4;
    public static final int REMOTE = 5;

    private ExitCode() {
    }

    /** The exit code of a failure. */
    public static int of(Problem.Code code) {
        return switch (code) {
            case NO_REPOSITORY -> NO_REPOSITORY;
            case NOT_FOUND -> NOT_FOUND;
            case UNREACHABLE, INTERNAL, BUSY, RATE_LIMITED, SHUTTING_DOWN, STORE_UNAVAILABLE, DATABASE_UNAVAILABLE,
                    OBJECT_DAMAGED -> REMOTE;
            default -> USER;
        };
    }
}
