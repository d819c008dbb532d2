package dev.musehub.core.rows;

import dev.musehub.core.model.Problem;
import java.sql.SQLException;

/** What the database's failures mean to a client. */
public final class SqlProblems {

    private SqlProblems() {
    }

    /** A retryable refusal: whatever was committed before stays, and a retry sends only the rest (I7). */
    public static Problem of(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        if (state.equals("23503")) {
            // A foreign key: what was there when it was looked up is gone.
            return new Problem(Problem.Code.BUSY, "something this push refers to was removed meanwhile; push again", e);
        }
        if (state.equals("40P01")) {
            return new Problem(Problem.Code.BUSY, "this push and a collection waited for each other; push again", e);
        }
        if (state.equals("53100")) {
            return new Problem(Problem.Code.DATABASE_UNAVAILABLE, "the disk of the hub's database is full; tell the"
                    + " operator, then try again", e);
        }
        boolean away = state.startsWith("08") || state.startsWith("57");
        return away
                ? new Problem(Problem.Code.DATABASE_UNAVAILABLE, "the connection to the database broke off; try"
                        + " again", e)
                : new Problem(Problem.Code.INTERNAL, "the database refused what the hub asked of it; try again, and"
                        + " tell the operator", e);
    }
}
