package dev.musehub.s3;

import dev.musehub.core.store.DirectStore.Target;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Requests for which the hub does not use the SDK. HEAD is sent for each object of a large push, and GET for its first
 * bytes where these matter; 8,791 HEADs took 4 to 10 s of processor time through the SDK. PUT has a body that can be
 * read only once; the SDK reads it twice, first to sign it. All use signed URLs and the JDK's own client.
 */
final class SignedRequests {

    private static final Duration LIFE = Duration.ofMinutes(5);
    private static final Map<String, String> WITH_CHECKSUM = Map.of("x-amz-checksum-mode", "ENABLED");
    /** How long a question waits for its answer; four attempts of the SDK are 40 s. */
    static final Duration QUICK = Duration.ofSeconds(10);
    private static final int CONNECT_MILLIS = 5_000;
    private static final int PUT_MILLIS = 30_000;
    private static final int ATTEMPTS = 3;
    private static final int PIECE_BYTES = 256 << 10;

    private final Presigner presigner;

    /** Sends requests to {@link S3Options#endpoint}. */
    SignedRequests(S3Options options) {
        this.presigner = new Presigner(options.seenAt(options.endpoint()), Clock.systemUTC());
    }

    /**
     * Puts {@code length} bytes to {@code key}.
     *
     * @param headers signed and sent
     * @return the status of the answer
     * @throws IOException where {@code body} or the connection fails
     */
    int put(String key, Map<String, String> headers, long length, InputStream body) throws IOException {
        Target target = presigner.sign("PUT", key, headers, Map.of(), LIFE);
        HttpURLConnection http = open(target, "PUT", PUT_MILLIS);
        http.setDoOutput(true);
        target.headers().forEach((name, value) -> {
            if (!name.equals("content-length")) {
                http.setRequestProperty(name, value);
            }
        });
        http.setFixedLengthStreamingMode(length);
        try {
            try (OutputStream out = http.getOutputStream()) {
                byte[] piece = new byte[PIECE_BYTES];
                for (int n = body.read(piece); n >= 0; n = body.read(piece)) {
                    out.write(piece, 0, n);
                }
            }
            int status = http.getResponseCode();
            release(http, status);
            return status;
        } catch (IOException | RuntimeException e) {
            http.disconnect();
            throw e;
        }
    }

    private static HttpURLConnection open(Target target, String method, int millis) throws IOException {
        HttpURLConnection http = (HttpURLConnection) target.url().toURL().openConnection();
        http.setConnectTimeout(CONNECT_MILLIS);
        http.setReadTimeout(millis);
        http.setInstanceFollowRedirects(false);
        http.setRequestMethod(method);
        http.setRequestProperty("User-Agent", "musehub-hub");
        return http;
    }

    /** What the service knows of a key; the SHA-256, if it has one, is in base64. */
    record KeyFacts(long length, Optional<String> sha256) { }

    /** Asks for a key; empty where there is no such key. */
    Optional<KeyFacts> head(String key) throws IOException {
        return ask("HEAD", 200, key, WITH_CHECKSUM, http -> new KeyFacts(http.getContentLengthLong(),
                Optional.ofNullable(http.getHeaderField("x-amz-checksum-sha256"))));
    }

    /** Some bytes of a key; empty where there is no such key, or not so many bytes. */
    Optional<byte[]> bytes(String key, long from, int count) throws IOException {
        if (count == 0) {
            return Optional.of(new byte[0]);
        }
        Map<String, String> range = Map.of("range", "bytes=" + from + "-" + (from + count - 1));
        return ask("GET", 206, key, range, http -> http.getInputStream().readNBytes(count))
                .filter(bytes -> bytes.length == count);
    }

    /** What an answer says. */
    private interface StoreReply<T> {
        T read(HttpURLConnection http) throws IOException;
    }

    /** Sends a request without a body, again where the service fails; empty where it finds nothing. */
    private <T> Optional<T> ask(String method, int success, String key, Map<String, String> headers,
            StoreReply<T> answer) throws IOException {
        Target target = presigner.sign(method, key, headers, Map.of(), LIFE);
        for (int attempt = 1; ; attempt++) {
            try {
                HttpURLConnection http = open(target, method, (int) QUICK.toMillis());
                headers.forEach(http::setRequestProperty);
                int status = http.getResponseCode();
                Optional<T> said = status == success ? Optional.of(answer.read(http)) : Optional.empty();
                release(http, status);
                if (said.isPresent() || status == 404 || status == 416) {
                    return said;
                }
                if (status < 500 || attempt == ATTEMPTS) {
                    throw new IOException("the object store answers " + status + " to a " + method + " request");
                }
            } catch (SocketException | SocketTimeoutException e) {
                if (attempt == ATTEMPTS) {
                    throw new IOException("the object store failed: " + e.getMessage(), e);
                }
            }
        }
    }

    /** Reads the rest of the answer, so that the connection can be used again. */
    private static void release(HttpURLConnection http, int status) throws IOException {
        try (InputStream body = status < 400 ? http.getInputStream() : http.getErrorStream()) {
            if (body != null) {
                body.readAllBytes();
            }
        }
    }
}
