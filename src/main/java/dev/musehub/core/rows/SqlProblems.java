package dev.musehub.core.rows;

import dev.musehub.core.model.Problem;
import java.sql.SQLException;

/** What the database's failures mean to a client. */
public final class SqlProblems {

    /** A row refers to one that is not there, or one that is to be removed is referred to. */
    public static final String FOREIGN_KEY_VIOLATION = "23503";

    /** There is a row with this key already. */
    public static final String UNIQUE_VIOLATION = "23505";

    /** Two transactions waited for each other; PostgreSQL ended this one, and nothing of it is done. */
    public static final String DEADLOCK = "40P01";

    private static final String DISK_FULL = "53100";

    /** The statement ran longer than it may, or an operator cancelled it. */
    private static final String CANCELLED = "57014";

    /** The connection broke off, or could not be made. */
    private static final String CLASS_CONNECTION = "08";

    /** An operator, a restart or a time limit ended the statement. */
    private static final String CLASS_INTERVENTION = "57";

    private SqlProblems() {
    }

    /** Whether {@code e} has this SQLSTATE, one of the constants of this class. */
    public static boolean is(SQLException e, String state) {
        return state.equals(e.getSQLState());
    }

    /** A retryable refusal: what was committed before stays, and a retry sends only the rest (I7). */
    public static Problem of(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        return switch (state) {
            case FOREIGN_KEY_VIOLATION -> new Problem(Problem.Code.BUSY, "something this push refers to was removed"
                    + " meanwhile; push again", e);
            case DEADLOCK -> new Problem(Problem.Code.BUSY, "this push and a collection waited for each other; push"
                    + " again", e);
            case DISK_FULL -> new Problem(Problem.Code.DATABASE_UNAVAILABLE, "the disk of the hub's database is full;"
                    + " tell the operator, then try again", e);
            case CANCELLED -> new Problem(Problem.Code.DATABASE_UNAVAILABLE, "a statement of the database took longer"
                    + " than the " + Pool.STATEMENT_TIMEOUT.toSeconds() + " s it may; try again, and tell the operator"
                    + " if it happens again", e);
            case String s when s.startsWith(CLASS_CONNECTION) || s.startsWith(CLASS_INTERVENTION) ->
                    new Problem(Problem.Code.DATABASE_UNAVAILABLE, "the connection to the database broke off; try"
                            + " again", e);
            default -> new Problem(Problem.Code.INTERNAL, "the database refused what the hub asked of it; try again,"
                    + " and tell the operator", e);
        };
    }
}
