package dev.musehub.http;

import com.sun.net.httpserver.HttpExchange;
import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** One line per request. Never holds a header, so never a token. */
final class RequestLog {

    private final PrintStream out;

    RequestLog(PrintStream out) {
        this.out = out;
    }

    void request(Call call, HttpExchange exchange, String outcome, long nanos) {
        out.println(String.format(Locale.ROOT, "%s %s %s %s %d %.1fms %s%s%s",
                Instant.now().truncatedTo(ChronoUnit.MILLIS), call.requestId(), exchange.getRequestMethod(),
                printable(exchange.getRequestURI().getRawPath()), exchange.getResponseCode(), nanos / 1e6,
                call.remoteAddress().getHostAddress(),
                outcome.isEmpty() ? "" : " " + printable(outcome),
                call.note().isEmpty() ? "" : " " + printable(call.note())));
    }

    /** A fault of ours, in full. */
    void fault(Call call, Throwable e) {
        synchronized (out) {
            out.println(Instant.now() + " " + call.requestId() + " fault:");
            e.printStackTrace(out);
        }
    }

    /** Control characters would let a request write lines of its own. */
    private static String printable(String text) {
        StringBuilder clean = new StringBuilder();
        text.chars().limit(500).forEach(c -> clean.append(Character.isISOControl(c) ? '?' : (char) c));
        return clean.toString();
    }
}
