package dev.musehub.server.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.wire.Limits;
import dev.musehub.core.wire.MsgPackValues;
import dev.musehub.json.JsonValues;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** One request and its answer. Confined to its thread. */
public final class Exchange {

    public static final String JSON = "application/json";
    static final String MSGPACK = "application/x-msgpack";
    static final String PACKSTREAM = "application/x-muse-packstream";

    /** How long a browser that came by https comes by https only: half a year. */
    private static final long SECURE_SECONDS = 180L * 24 * 3600;

    /** Bytes of a body that nobody asked for which are read, so that the connection can serve another request. */
    private static final long REST_BYTES = 64 << 10;

    private final HttpExchange exchange;
    private final String requestId;
    private final ClientAddress origin;
    private final RequestTarget target;
    private final IdleTimeouts.Body body;
    private final IdleTimeouts.TimedAnswer out;
    private final Bodies.RequestBody whole;
    private Map<String, String> parameters = Map.of();
    private Refusal refusal = this::refuseProgram;
    private long restBytes = REST_BYTES;
    private boolean answered;
    private boolean headFailed;
    private String note = "";
    private String user = "";
    private Map<String, Double> phases = Map.of();
    private final long start = System.nanoTime();

    public Exchange(HttpExchange exchange, String requestId, ClientAddress origin, IdleTimeouts idle, Bodies bodies) {
        this.exchange = exchange;
        this.origin = origin;
        this.body = idle.guard(exchange.getRequestBody());
        this.out = idle.guard(exchange.getResponseBody());
        this.requestId = requestId;
        this.whole = bodies.new RequestBody();
        this.target = new RequestTarget(exchange.getRequestURI());
        Headers headers = exchange.getResponseHeaders();
        headers.set("X-Request-Id", requestId);
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Cache-Control", "no-store");
        if (origin.secure()) {
            headers.set("Strict-Transport-Security", "max-age=" + SECURE_SECONDS);
        }
    }

    /** Where the request comes from, and the hub's address as the client sees it. */
    public ClientAddress origin() {
        return origin;
    }

    public String method() {
        return exchange.getRequestMethod();
    }

    /** The decoded segments of the path. */
    public List<String> path() {
        return target.segments();
    }

    /** Sets the values of the variables in the pattern of the route. */
    public void parameters(Map<String, String> values) {
        parameters = values;
    }

    /** The value of a variable in the pattern of the route; empty if the pattern has no such variable. */
    public String parameter(String name) {
        return parameters.getOrDefault(name, "");
    }

    /** The owner in the path of a repository. */
    public String owner() {
        return parameter("owner");
    }

    /** The name of the repository in its path. */
    public String slug() {
        return parameter("slug");
    }

    public String requestId() {
        return requestId;
    }

    /** Adds to the log line of this request. */
    public void note(String text) {
        note = text;
    }

    public String note() {
        return note;
    }

    /** The path without decoding. */
    public String rawPath() {
        return exchange.getRequestURI().getRawPath();
    }

    /** Sets the user for the log. */
    public void user(String name) {
        user = name;
    }

    /** The user of the token; empty without one. */
    public String user() {
        return user;
    }

    /** Sets the times of a push's phases for the log, in milliseconds. */
    public void phases(Map<String, Double> millis) {
        phases = new LinkedHashMap<>(millis);
    }

    public Map<String, Double> phases() {
        return phases;
    }

    /** Sends status and headers, with the time it took so far; {@code length} is that of sendResponseHeaders. */
    private void begin(int status, long length) throws IOException {
        answered = true;
        whole.used();
        // Not in refusals: exact times could tell a stranger whether something exists.
        if (status < 400) {
            set("Server-Timing", String.format(Locale.ROOT, "total;dur=%.1f, db;dur=%.1f",
                    (System.nanoTime() - start) / 1e6, Pool.heldByThread() / 1e6));
        }
        try {
            exchange.sendResponseHeaders(status, length);
        } catch (IOException e) {
            headFailed = true;
            throw e;
        }
    }

    /** Whether the connection to the client failed. Any other {@code IOException} is one of the store. */
    public boolean clientFailed() {
        return headFailed || body.failed() || out.failed();
    }

    public boolean answered() {
        return answered;
    }

    /** Bytes of the body that were read. */
    public long bytesIn() {
        return body.received();
    }

    /** Bytes of the answer that were written. */
    public long bytesOut() {
        return out.sent();
    }

    /** Whether the request comes from the hub's own machine, and not through a proxy there. */
    public boolean fromThisMachine() {
        return exchange.getRemoteAddress().getAddress().isLoopbackAddress() && !passedProxy();
    }

    public Optional<String> header(String name) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
    }

    /** A decoded parameter of the query. */
    public Optional<String> query(String name) {
        return target.query(name).map(RequestTarget::decode);
    }

    /** A decoded parameter of the query as forms send it, with a plus sign for each blank. */
    public Optional<String> formQuery(String name) {
        return target.query(name).map(raw -> RequestTarget.decode(raw.replace("+", "%20")));
    }

    public InputStream body() {
        return body;
    }

    /** Sets what is told to the client where the body stalls, before its connection is closed. */
    public void lastWord(Consumer<Problem> tell) {
        body.lastWord(tell);
    }

    /** Sets how many bytes {@link #passRest} reads. */
    public void restBytes(long most) {
        restBytes = most;
    }

    /** Reads the rest of the body, within limits, so that the client sees the answer. */
    public void passRest() {
        body.pass(restBytes);
    }

    /** Whether the body is not valid HTTP. */
    public boolean malformed() {
        return body.malformed();
    }

    /**
     * The body as a map, msgpack or JSON by its content type.
     *
     * @throws Problem {@code limit-exceeded}, {@code unsupported-media-type}, or the problem of its content
     */
    public Value.Dict bodyValue(Limits limits) {
        byte[] bytes = bodyBytes(limits.requestBytes());
        String type = header("Content-Type").orElse("").split(";")[0].strip();
        return switch (type) {
            case MSGPACK -> MsgPackValues.decode(bytes).asDict("body");
            case JSON -> JsonValues.decode(bytes).asDict("body");
            default -> throw new Problem(Problem.Code.UNSUPPORTED_MEDIA_TYPE, "send " + MSGPACK + " or " + JSON);
        };
    }

    /** The body, of at most {@code most} bytes. */
    public byte[] bodyBytes(int most) {
        try {
            return whole.read(body, most, user.isEmpty());
        } catch (IOException e) {
            throw new Problem(Problem.Code.TRUNCATED_STREAM, "the request's body broke off; send it again", e);
        }
    }

    /** At the end of the request. */
    public void giveBack() {
        whole.close();
    }

    /** Answers with a value: msgpack if the client asks for it, JSON otherwise. */
    public void answer(Value value) throws IOException {
        boolean msgpack = header("Accept").orElse("").contains(MSGPACK);
        byte[] bytes = msgpack ? MsgPackValues.encode(value) : JsonValues.encode(value);
        answer(200, msgpack ? MSGPACK : JSON, bytes);
    }

    /** Answers with a value that changes rarely; 304 if the client has it already. */
    public void answerConditional(Value value) throws IOException {
        String tag = "\"" + Sha256.of(MsgPackValues.encode(value)).hex() + "\"";
        exchange.getResponseHeaders().set("ETag", tag);
        exchange.getResponseHeaders().set("Cache-Control", "no-cache, private");
        if (header("If-None-Match").filter(tag::equals).isPresent()) {
            begin(304, -1);
        } else {
            answer(value);
        }
    }

    /** Sets a header of the answer. */
    public void set(String header, String value) {
        exchange.getResponseHeaders().set(header, value);
    }

    public void answer(int status, String contentType, byte[] bytes) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", contentType);
        if (method().equals("HEAD") || bytes.length == 0) {
            begin(status, -1);
            return;
        }
        begin(status, bytes.length);
        out.write(bytes);
        // Without this, the server would first read the rest of the request, and drop the answer if that fails.
        out.flush();
    }

    /** Begins a streamed answer, with headers that keep proxies from buffering it. Later errors are X frames. */
    public OutputStream stream() throws IOException {
        return stream(PACKSTREAM);
    }

    /**
     * A streamed answer whose head is sent with the first flushed bytes, because a proxy may end the request when it
     * sees the head (decisions.md, "Behind a proxy the hub waits with its answer").
     */
    public OutputStream lateStream() {
        return new BufferedOutputStream(new LateHead(out, () -> begin(PACKSTREAM)), 64 << 10);
    }

    /** Whether the request came through a proxy. */
    public boolean passedProxy() {
        return ClientAddress.passedProxy(exchange);
    }

    /** Begins an answer of {@code length} bytes; where fewer come, the client sees that it broke off. */
    public OutputStream stream(int status, String contentType, long length) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", contentType);
        begin(status, length == 0 ? -1 : length);
        return new BufferedOutputStream(out, 64 << 10);
    }

    /**
     * Refuses a stream that is announced as something else. One without a type is taken for what the path says.
     *
     * @throws Problem {@code unsupported-media-type}
     */
    public void requirePackstream() {
        String type = header("Content-Type").orElse(PACKSTREAM).split(";")[0].strip();
        if (!type.equalsIgnoreCase(PACKSTREAM)) {
            throw new Problem(Problem.Code.UNSUPPORTED_MEDIA_TYPE, "send " + PACKSTREAM);
        }
    }

    /** Begins a streamed answer of another kind. */
    public OutputStream stream(String contentType) throws IOException {
        begin(contentType);
        return new BufferedOutputStream(out, 64 << 10);
    }

    private void begin(String contentType) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", contentType);
        headers.set("X-Accel-Buffering", "no");
        headers.set("Cache-Control", "no-store, no-transform");
        begin(200, 0);
    }

    /** A way to refuse a request. */
    public interface Refusal {
        void write(Problem problem) throws IOException;
    }

    /** Sets how this request is refused; programs get JSON unless this is called. */
    public void refuseBy(Refusal form) {
        refusal = form;
    }

    /** Refuses the request, unless an answer has begun. */
    public void refuse(Problem problem) throws IOException {
        if (!answered) {
            long otherwise = problem.code().status() == 503 ? 2 : 0;
            long seconds = problem.details().integer("retry_after", otherwise);
            if (seconds > 0) {
                set("Retry-After", Long.toString(seconds));
            }
            refusal.write(problem);
        }
    }

    private void refuseProgram(Problem problem) throws IOException {
        if (problem.code() == Problem.Code.UNAUTHENTICATED) {
            set("WWW-Authenticate", "Bearer realm=\"musehub\"");
        }
        answer(problem.code().status(), ProblemForm.TYPE, ProblemForm.of(problem, requestId));
    }
}
