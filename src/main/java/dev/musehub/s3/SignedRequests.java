package dev.musehub.s3;

import dev.musehub.core.store.DirectStore.Target;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Two requests of the hub that the SDK is not made for: a question per object of a large push (8,791 of them cost 4 to 10 s
 * of processor time through the SDK), and a put of a body that can be read once only, which the SDK would read twice,
 * to sign it first. Both go by signed URLs through the JDK's own client.
 */
final class SignedRequests {

    private static final Duration LIFE = Duration.ofMinutes(5);
    private static final Map<String, String> WITH_CHECKSUM = Map.of("x-amz-checksum-mode", "ENABLED");
    private static final int TIMEOUT_MILLIS = 30_000;
    private static final int ATTEMPTS = 3;
    private static final int PIECE_BYTES = 256 << 10;

    private final Presigner presigner;

    /** Requests to the service as the hub itself finds it. */
    SignedRequests(S3Options options) {
        this.presigner = new Presigner(options.seenAt(options.endpoint()), Clock.systemUTC());
    }

    /**
     * Puts {@code length} bytes under {@code key}.
     *
     * @param headers signed, and sent as they are
     * @return the status of the answer
     * @throws IOException where {@code body} or the connection fails
     */
    int put(String key, Map<String, String> headers, long length, InputStream body) throws IOException {
        Target target = presigner.sign("PUT", key, headers, Map.of(), LIFE);
        HttpURLConnection http = open(target, "PUT");
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

    private static HttpURLConnection open(Target target, String method) throws IOException {
        HttpURLConnection http = (HttpURLConnection) target.url().toURL().openConnection();
        http.setConnectTimeout(TIMEOUT_MILLIS);
        http.setReadTimeout(TIMEOUT_MILLIS);
        http.setInstanceFollowRedirects(false);
        http.setRequestMethod(method);
        http.setRequestProperty("User-Agent", "musehub-hub");
        return http;
    }

    /** What the service knows of a key; the checksum is base64 of a SHA-256 where it has one. */
    record KeyFacts(long length, Optional<String> sha256) { }

    /** Empty where there is no such key. */
    Optional<KeyFacts> head(String key) throws IOException {
        Target target = presigner.sign("HEAD", key, WITH_CHECKSUM, Map.of(), LIFE);
        for (int attempt = 1; ; attempt++) {
            try {
                HttpURLConnection http = open(target, "HEAD");
                WITH_CHECKSUM.forEach(http::setRequestProperty);
                int status = http.getResponseCode();
                release(http, status);
                if (status == 404) {
                    return Optional.empty();
                }
                if (status == 200) {
                    return Optional.of(new KeyFacts(http.getContentLengthLong(),
                            Optional.ofNullable(http.getHeaderField("x-amz-checksum-sha256"))));
                }
                if (status < 500 || attempt == ATTEMPTS) {
                    throw new IOException("the object store answers " + status + " to a question for an object");
                }
            } catch (java.net.SocketException | java.net.SocketTimeoutException e) {
                if (attempt == ATTEMPTS) {
                    throw new IOException("the object store failed: " + e.getMessage(), e);
                }
            }
        }
    }

    /** Lets the connection be used again. */
    private static void release(HttpURLConnection http, int status) throws IOException {
        try (InputStream body = status < 400 ? http.getInputStream() : http.getErrorStream()) {
            if (body != null) {
                body.readAllBytes();
            }
        }
    }
}
