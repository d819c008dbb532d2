package dev.musehub.server.http;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Value;
import dev.musehub.json.JsonValues;

/** How programs are told of a problem: the form of RFC 9457. */
final class ProblemForm {

    static final String TYPE = "application/problem+json";

    /** The prefix of problem types; it is a name, not an address (RFC 4151). */
    private static final String TYPES = "tag:musehub.dev,2026:";

    private ProblemForm() {
    }

    static byte[] of(Problem problem, String requestId) {
        Problem.Code code = problem.code();
        return JsonValues.encode(Value.dict()
                .put("type", TYPES + code.text())
                .put("title", code.text().replace('-', ' '))
                .put("status", code.status())
                .put("detail", problem.getMessage())
                .put("code", code.text())
                .put("retryable", code.retryable())
                .put("request_id", requestId)
                .put("details", problem.details())
                .build());
    }
}
