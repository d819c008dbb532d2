package dev.musehub.client.hub;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Value;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.FrameReader;
import dev.musehub.json.JsonValues;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;

/** Turns failures of a hub, or of the line to it, into a {@link Problem}. */
public final class RemoteErrors {

    private RemoteErrors() {
    }

    /** The connection to the hub failed. */
    static Problem broken(IOException e) {
        return new Problem(Problem.Code.UNREACHABLE, "the connection to the hub broke off: " + e.getMessage()
                + "; try again", e);
    }

    /** The server answers, but not as a hub does. */
    public static Problem unexpected() {
        return new Problem(Problem.Code.MALFORMED_STREAM, "the hub's answer is not valid; check that the address is"
                + " that of a Muse hub");
    }

    /**
     * The next frame of an answer, which cannot end yet.
     *
     * @throws Problem {@code unreachable} where the answer breaks off, between frames or inside one
     */
    static Frame next(FrameReader answer) {
        try {
            return answer.next().orElseThrow(() -> brokenOff(null));
        } catch (Problem e) {
            throw e.code() == Problem.Code.TRUNCATED_STREAM ? brokenOff(e) : e;
        }
    }

    private static Problem brokenOff(Problem why) {
        return new Problem(Problem.Code.UNREACHABLE, "the hub's answer broke off; try again: only what is missing will"
                + " be sent", why);
    }

    /** An X frame. */
    static Problem of(Frame.Failure x) {
        return withDetails(new Problem(code(x.code()), x.message()), x.details());
    }

    /** The refusal in an answer with an error status; {@link RetryAfter.Later} if the client shall ask again. */
    static RuntimeException of(HttpReader.Response response, URI remote) throws IOException {
        Problem problem = problem(response, remote);
        boolean passing = problem.code() == Problem.Code.RATE_LIMITED || problem.code() == Problem.Code.BUSY;
        String seconds = response.header("retry-after").orElse("");
        return passing && seconds.matches("[0-9]{1,9}") ? new RetryAfter.Later(problem, Long.parseLong(seconds))
                : problem;
    }

    private static Problem problem(HttpReader.Response response, URI remote) throws IOException {
        int status = response.status();
        if (status >= 300 && status < 400) {
            return new Problem(Problem.Code.INSECURE, "the hub redirects to " + response.header("location").orElse("?")
                    + "; if you trust that address, set it as the remote");
        }
        if (!response.header("content-type").orElse("").startsWith("application/problem+json")) {
            String why = switch (status) {
                case 413 -> "a proxy on the way refuses a request of this size (413): let it pass 64 MiB or more"
                        + " (nginx: client_max_body_size 0)";
                case 502, 503, 504 -> "a proxy on the way answers " + status + ": it cannot reach the hub, or does not"
                        + " wait for it; see its log";
                default -> "the hub answers " + status + " without a reason; check that " + remote + " is a Muse"
                        + " repository";
            };
            return new Problem(status == 404 ? Problem.Code.NOT_FOUND : Problem.Code.UNREACHABLE, why
                    + "; 'musehub doctor " + remote + "' looks at every part of the way");
        }
        Value.Dict d;
        try (InputStream body = response.body()) {
            d = JsonValues.decode(body.readNBytes(1 << 20)).asDict("problem");
        }
        return withDetails(new Problem(code(d.text("code", "")), d.text("detail", "no detail")),
                d.dict("details"));
    }

    /** The code that a hub names. Codes for failures on this side are not for a hub to use. */
    private static Problem.Code code(String text) {
        Problem.Code code = Problem.Code.ofText(text);
        return switch (code) {
            case NO_REPOSITORY, DAMAGED_REPOSITORY, UNREACHABLE, INSECURE -> Problem.Code.INTERNAL;
            default -> code;
        };
    }

    private static Problem withDetails(Problem problem, Value.Dict details) {
        details.entries().forEach(problem::with);
        return problem;
    }
}
