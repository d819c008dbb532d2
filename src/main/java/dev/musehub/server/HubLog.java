package dev.musehub.server;

import dev.musehub.core.model.Value;
import dev.musehub.json.JsonValues;
import dev.musehub.server.http.Exchange;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;

/**
 * The hub's log: one line per request, and what else an operator should know. It never contains a header, and so never
 * the token of a request.
 */
public final class HubLog {

    /** The form of the lines. */
    public enum Form { TEXT, JSON }

    private static final int LONGEST = 500;
    private static final int TRACE_LINES = 200;

    private final PrintStream out;
    private final Form form;

    HubLog(PrintStream out, Form form) {
        this.out = out;
        this.form = form;
    }

    /** A request that has ended; {@code route} is the name of its route. */
    void request(Exchange call, String route, int status, String outcome, long nanos) {
        switch (form) {
            case TEXT -> out.println(text(call, status, outcome, nanos));
            case JSON -> json(Value.dict()
                    .put("time", now())
                    .put("request", call.requestId())
                    .put("method", printable(call.method()))
                    .put("route", route)
                    .put("path", printable(call.rawPath()))
                    .put("status", status)
                    .put("ms", millis(nanos / 1e6))
                    .put("bytes_in", call.bytesIn())
                    .put("bytes_out", call.bytesOut())
                    .put("address", call.origin().caller().getHostAddress())
                    .put("user", printable(call.user()))
                    .put("outcome", printable(outcome))
                    .put("note", printable(call.note()))
                    .put("phases", phases(call.phases())));
        }
    }

    private static String text(Exchange call, int status, String outcome, long nanos) {
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%s %s %s %s %d %.1fms %s in=%d out=%d",
                now(), call.requestId(), printable(call.method()), printable(call.rawPath()), status, nanos / 1e6,
                call.origin().caller().getHostAddress(), call.bytesIn(), call.bytesOut()));
        if (!call.user().isEmpty()) {
            line.append(" user=").append(printable(call.user()));
        }
        if (!outcome.isEmpty()) {
            line.append(' ').append(printable(outcome));
        }
        if (!call.note().isEmpty()) {
            line.append(' ').append(printable(call.note()));
        }
        call.phases().forEach((phase, millis) -> line.append(String.format(Locale.ROOT, " %s=%.1fms", phase, millis)));
        return line.toString();
    }

    private static Value phases(Map<String, Double> phases) {
        Value.Builder value = Value.dict();
        phases.forEach((phase, millis) -> value.put(phase, millis(millis)));
        return value.build();
    }

    /** Logs a sentence for the operator. */
    void say(String sentence) {
        switch (form) {
            case TEXT -> out.println(sentence);
            case JSON -> json(Value.dict().put("time", now()).put("message", printable(sentence)));
        }
    }

    /** The token that the first start makes, as a JSON line: without it nobody can sign in. */
    void firstToken(String user, String token, String next) {
        json(Value.dict().put("time", now()).put("message", "the first token, which is shown only once; next: " + next)
                .put("user", user).put("token", token));
    }

    /** Logs a bug of the hub, with its stack trace. */
    void fault(Exchange call, Throwable e) {
        StringWriter trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace));
        switch (form) {
            case TEXT -> out.println(now() + " " + call.requestId() + " fault:\n" + trace);
            case JSON -> json(Value.dict().put("time", now()).put("request", call.requestId())
                    .put("fault", new Value.Array(trace.toString().lines().limit(TRACE_LINES)
                            .<Value>map(line -> new Value.Text(printable(line.strip()))).toList())));
        }
    }

    private void json(Value.Builder line) {
        out.println(new String(JsonValues.encode(line.build()), StandardCharsets.UTF_8));
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
    }

    /** Rounded to microseconds. */
    private static Value millis(double millis) {
        return new Value.Real(Math.round(millis * 1e3) / 1e3);
    }

    /** Escapes control characters: with them a request could add lines, or control the terminal of a reader. */
    private static String printable(String text) {
        StringBuilder clean = new StringBuilder();
        text.codePoints().limit(LONGEST).forEach(c -> {
            boolean breaks = Character.isISOControl(c) || c == 0x2028 || c == 0x2029
                    || Character.getType(c) == Character.SURROGATE;
            clean.append(breaks ? String.format(Locale.ROOT, "\\u%04x", c) : Character.toString(c));
        });
        return clean.toString();
    }
}
