package dev.musehub.client.hub;

import dev.musehub.core.model.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/**
 * Uploads to and downloads from the object store behind a hub, by signed URLs. Failures that may pass are tried again:
 * for a refused URL the hub is asked for another, and an overloaded store is given time. Safe for many threads.
 */
public final class StoreTransfer implements AutoCloseable {

    private static final int ATTEMPTS = 6;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofSeconds(60);
    private static final Set<Integer> PASSING = Set.of(408, 429, 500, 502, 503, 504);
    private static final int ERROR_TEXT = 4096;

    private final boolean tlsOnly;
    private final AdaptiveLimit inFlight = new AdaptiveLimit();
    private final Map<String, Connections> hosts = new ConcurrentHashMap<>();

    /** Transfers for the hub at {@code hub}. If that is an https address, those of the store must be too. */
    public StoreTransfer(URI hub) {
        this.tlsOnly = hub.getScheme().equalsIgnoreCase("https");
    }

    /** A signed URL, and the headers that the hub signed with it. */
    public record StoreTarget(URI url, Map<String, String> headers) { }

    /** The bytes of an upload. Each attempt opens them again. */
    public interface UploadContent {
        InputStream open() throws IOException;
    }

    /** Takes the bytes of a download. After a failed attempt the bytes come again from the start. */
    public interface Sink {
        void take(InputStream bytes, long length) throws IOException;
    }

    /** An answer of the store; {@code text} is the beginning of the body of an error. */
    private record StoreAnswer(int status, Duration retryAfter, String text) { }

    private interface Attempt {
        StoreAnswer run(HttpConnection connection, StoreTarget target) throws IOException;
    }

    /** Limits the transfers of all threads together. */
    public AdaptiveLimit inFlight() {
        return inFlight;
    }

    /**
     * Puts {@code length} bytes.
     *
     * @param fresh asks the hub for another URL; empty if there is nothing left to put
     * @throws Problem {@code object-mismatch} if the bytes are not those that the URL was signed for,
     *     {@code store-unavailable} if all attempts fail
     */
    public void put(StoreTarget target, long length, UploadContent content,
            Supplier<Optional<StoreTarget>> fresh)
            throws InterruptedException {
        reliably(target, fresh, (connection, to) -> {
            Map<String, String> headers = new HashMap<>(to.headers());
            headers.remove("content-length");
            try (InputStream in = content.open()) {
                connection.send("PUT", pathOf(to), headers, length, in);
            }
            return answer(connection.receive(), null);
        });
    }

    /** Gets an object into {@code sink}. */
    public void get(StoreTarget target, Sink sink, Supplier<Optional<StoreTarget>> fresh) throws InterruptedException {
        reliably(target, fresh, (connection, from) -> {
            connection.send("GET", pathOf(from), from.headers(), new byte[0]);
            return answer(connection.receive(), sink);
        });
    }

    private static String pathOf(StoreTarget target) {
        return target.url().getRawPath() + "?" + target.url().getRawQuery();
    }

    private static StoreAnswer answer(HttpReader.Response response, Sink sink) throws IOException {
        try (InputStream body = response.body()) {
            String text = "";
            if (response.status() == 200 && sink != null) {
                sink.take(body, response.header("content-length").map(Long::parseLong).orElse(-1L));
            } else {
                text = new String(body.readNBytes(ERROR_TEXT), StandardCharsets.UTF_8);
                body.skip(Long.MAX_VALUE);
            }
            return new StoreAnswer(response.status(), retryAfter(response), text);
        }
    }

    private static Duration retryAfter(HttpReader.Response response) {
        String seconds = response.header("retry-after").filter(s -> s.matches("[0-9]{1,6}")).orElse("0");
        Duration asked = Duration.ofSeconds(Long.parseLong(seconds));
        return asked.compareTo(LONGEST_RETRY_AFTER) > 0 ? LONGEST_RETRY_AFTER : asked;
    }

    private void reliably(StoreTarget first, Supplier<Optional<StoreTarget>> fresh, Attempt exchange)
            throws InterruptedException {
        StoreTarget target = first;
        String last = "";
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            Duration pause = FIRST_PAUSE.multipliedBy(1L << attempt);
            try {
                StoreAnswer answer = once(target, exchange);
                if (answer.status() == 200) {
                    inFlight.wentWell();
                    return;
                }
                last = "it answers " + answer.status() + code(answer.text());
                if (answer.status() == 403 || answer.text().contains("xpired")
                        || answer.text().contains("Authorization")) {
                    Optional<StoreTarget> another = fresh.get();
                    if (another.isEmpty()) {
                        return;
                    }
                    target = another.get();
                    continue;
                }
                if (!PASSING.contains(answer.status())) {
                    throw refused(answer);
                }
                // Twice, because half of a pause is random: so the pause is at least what the store asks for.
                Duration asked = answer.retryAfter().multipliedBy(2);
                pause = asked.compareTo(pause) > 0 ? asked : pause;
            } catch (IOException e) {
                last = String.valueOf(e.getMessage());
            } catch (Problem e) {
                if (e.code() != Problem.Code.UNREACHABLE) {
                    throw e;
                }
                last = e.getMessage();
            }
            inFlight.tooMuch();
            if (attempt == ATTEMPTS) {
                break;
            }
            Thread.sleep(pause.toMillis() / 2 + ThreadLocalRandom.current().nextLong(pause.toMillis() / 2 + 1));
        }
        throw new Problem(Problem.Code.STORE_UNAVAILABLE, "the object store of the hub keeps failing (" + last
                + "); try again later, only what is missing will be sent");
    }

    private StoreAnswer once(StoreTarget target, Attempt exchange) throws IOException {
        Connections connections = connections(target.url());
        HttpConnection connection = connections.take();
        boolean ended = false;
        try {
            StoreAnswer answer = exchange.run(connection, target);
            ended = true;
            return answer;
        } finally {
            connections.giveBack(connection, ended);
        }
    }

    private Connections connections(URI url) {
        boolean http = "http".equalsIgnoreCase(url.getScheme());
        if (url.getHost() == null || !http && !"https".equalsIgnoreCase(url.getScheme()) || http && tlsOnly) {
            throw new Problem(Problem.Code.INSECURE, "the hub uses https, but its object store at "
                    + url.getScheme() + "://" + url.getRawAuthority() + " does not; use --stream, and tell the operator"
                    + " of the hub");
        }
        return hosts.computeIfAbsent(url.getScheme() + "://" + url.getRawAuthority(), _ -> new Connections(url));
    }

    private static Problem refused(StoreAnswer answer) {
        boolean bytes = answer.text().contains("Digest") || answer.text().contains("hecksum")
                || answer.text().contains("SHA256");
        return bytes
                ? new Problem(Problem.Code.OBJECT_MISMATCH, "the object store refuses an object, because its bytes here"
                        + " do not match its id" + code(answer.text()) + "; run 'muse fsck' or fetch the object again")
                : new Problem(Problem.Code.STORE_UNAVAILABLE, "the object store of the hub answers " + answer.status()
                        + code(answer.text()) + "; use --stream, and tell the hub's operator");
    }

    /** The code in the XML of an S3 error. */
    private static String code(String text) {
        int from = text.indexOf("<Code>");
        int to = text.indexOf("</Code>");
        return from >= 0 && to > from ? " (" + text.substring(from + 6, Math.min(to, from + 70)) + ")" : "";
    }

    @Override
    public void close() {
        hosts.values().forEach(Connections::close);
    }
}
