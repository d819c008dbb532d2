package dev.musehub.core.model;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Everything that can be refused, with a stable code, whether trying again may help, and a sentence that says what to
 * do next. Thrown where the fault is known; turned into an HTTP answer or an X frame in one place, and by the client
 * into a line on stderr and an exit code.
 */
public final class Problem extends RuntimeException {

    /** The stable codes. {@code status} is the HTTP status where no stream has begun. */
    public enum Code {
        BAD_REQUEST("bad-request", 400, false),
        MALFORMED_STREAM("malformed-stream", 400, false),
        TRUNCATED_STREAM("truncated-stream", 400, true),
        UNKNOWN_FRAME("unknown-frame", 400, false),
        UNEXPECTED_FRAME("unexpected-frame", 400, false),
        UNSUPPORTED_VERSION("unsupported-version", 400, false),
        INVALID_TEXT("invalid-text", 422, false),
        INVALID_ID("invalid-id", 422, false),
        INVALID_PATH("invalid-path", 422, false),
        INVALID_BRANCH("invalid-branch", 422, false),
        INVALID_NAME("invalid-name", 422, false),
        INVALID_ENCODING("invalid-encoding", 422, false),
        OBJECT_MISMATCH("object-mismatch", 422, false),
        SNAPSHOT_MISMATCH("snapshot-mismatch", 422, false),
        COMMIT_MISMATCH("commit-mismatch", 422, false),
        INVALID_COMMIT("invalid-commit", 422, false),
        INVALID_SNAPSHOT("invalid-snapshot", 422, false),
        INVALID_TAG("invalid-tag", 422, false),
        DUPLICATE_ID("duplicate-id", 422, false),
        UNKNOWN_PARENT("unknown-parent", 422, false),
        UNKNOWN_BASE("unknown-base", 422, false),
        UNKNOWN_SNAPSHOT("unknown-snapshot", 422, false),
        UNKNOWN_HEAD("unknown-head", 422, false),
        UNKNOWN_PREFIX("unknown-prefix", 422, false),
        MISSING_OBJECTS("missing-objects", 422, true),
        POLYGLOT("polyglot", 422, false),
        SIGNATURE_REQUIRED("signature-required", 422, false),
        LIMIT_EXCEEDED("limit-exceeded", 413, false),
        NOT_FAST_FORWARD("not-fast-forward", 409, false),
        LEASE_LOST("lease-lost", 409, false),
        CONFLICT("conflict", 409, false),
        UNAUTHENTICATED("unauthenticated", 401, false),
        FORBIDDEN("forbidden", 403, false),
        NOT_FOUND("not-found", 404, false),
        METHOD_NOT_ALLOWED("method-not-allowed", 405, false),
        GONE("gone", 410, false),
        UNSUPPORTED_MEDIA_TYPE("unsupported-media-type", 415, false),
        QUOTA_EXCEEDED("quota-exceeded", 507, false),
        RATE_LIMITED("rate-limited", 429, true),
        BUSY("busy", 503, true),
        SHUTTING_DOWN("shutting-down", 503, true),
        STORE_UNAVAILABLE("store-unavailable", 503, true),
        DATABASE_UNAVAILABLE("database-unavailable", 503, true),
        OBJECT_DAMAGED("object-damaged", 500, false),
        INTERNAL("internal", 500, true),
        // Raised by the client only.
        NO_REPOSITORY("no-repository", 400, false),
        DAMAGED_REPOSITORY("damaged-repository", 400, false),
        UNREACHABLE("unreachable", 502, true),
        INSECURE("insecure", 400, false);

        private final String text;
        private final int status;
        private final boolean retryable;

        Code(String text, int status, boolean retryable) {
            this.text = text;
            this.status = status;
            this.retryable = retryable;
        }

        /** The form on the wire and in logs. */
        public String text() {
            return text;
        }

        public int status() {
            return status;
        }

        public boolean retryable() {
            return retryable;
        }

        /** The code of that text; {@link #INTERNAL} for one this version does not know. */
        public static Code ofText(String text) {
            for (Code code : values()) {
                if (code.text.equals(text)) {
                    return code;
                }
            }
            return INTERNAL;
        }
    }

    private final Code code;
    private final Map<String, Value> details = new LinkedHashMap<>();

    public Problem(Code code, String message) {
        super(message);
        this.code = code;
    }

    public Problem(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** Adds a machine-readable detail and returns this. */
    public Problem with(String key, Value value) {
        details.put(key, value);
        return this;
    }

    public Problem with(String key, String value) {
        return with(key, new Value.Text(value));
    }

    public Problem with(String key, long value) {
        return with(key, new Value.Int(value));
    }

    public Code code() {
        return code;
    }

    /** Machine-readable details, in the order they were added. */
    public Value.Dict details() {
        return new Value.Dict(details);
    }
}
