package dev.musehub.server.http;

import dev.musehub.core.model.Problem;
import dev.musehub.core.rows.SqlProblems;
import dev.musehub.core.wire.Frame;
import java.io.IOException;
import java.sql.SQLException;

/**
 * The one place where a failure becomes an answer. Before an answer has begun, {@link #refuse} answers in the form of
 * the route: a problem for programs, a page for browsers. A stream that has begun ends with {@link #frame}.
 */
public final class Failures {

    private Failures() {
    }

    /** What a failure means to the client. An {@code IOException} is one of the store. */
    public static Problem problem(Exchange call, Throwable failure) {
        return switch (failure) {
            case Problem problem -> problem;
            case SQLException sql -> SqlProblems.of(sql);
            case IOException io -> ofStore(io);
            // The client only learns that it happened; the log has the rest.
            default -> new Problem(Problem.Code.INTERNAL, "the hub failed at this request; tell the operator request "
                    + call.requestId());
        };
    }

    static Problem ofStore(IOException e) {
        boolean full = String.valueOf(e.getMessage()).contains("No space left");
        return new Problem(Problem.Code.STORE_UNAVAILABLE, full
                ? "the hub's disk is full; tell the operator, then push again: only the rest will be sent"
                : "the hub's store of objects failed; try again, and tell the operator if it fails again", e);
    }

    /** A failure as the log line of its request names it. */
    public static String logged(Throwable failure) {
        return switch (failure) {
            case Problem problem -> problem.code().text();
            case SQLException sql -> "database: " + sql.getMessage();
            case IOException io -> "store: " + io.getMessage();
            default -> "fault";
        };
    }

    /** The last frame of a stream that failed. */
    public static Frame.Failure frame(Exchange call, Throwable failure) {
        return frame(problem(call, failure));
    }

    /** The last frame of a stream that is refused. */
    public static Frame.Failure frame(Problem problem) {
        return new Frame.Failure(problem.code().text(), problem.getMessage(), problem.code().retryable(),
                problem.details());
    }

    /** Refuses the request, unless its answer has begun. */
    public static void refuse(Exchange call, Throwable failure) {
        try {
            call.refuse(problem(call, failure));
        } catch (IOException gone) {
            // The client has left. The log line of the request names the failure.
        }
    }
}
