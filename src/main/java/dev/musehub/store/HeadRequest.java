package dev.musehub.store;

import dev.musehub.store.DirectStore.Target;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Asks for the length and checksum of a key. By a signed URL and the JDK's client instead of the SDK, because a large
 * push asks this once per object: 8,791 questions cost the hub 4 to 10 s of processor time through the SDK.
 */
final class HeadRequest {

    private static final Duration LIFE = Duration.ofMinutes(5);
    private static final Map<String, String> WITH_CHECKSUM = Map.of("x-amz-checksum-mode", "ENABLED");
    private static final int TIMEOUT_MILLIS = 30_000;
    private static final int ATTEMPTS = 3;

    private final Presigner presigner;

    HeadRequest(Presigner presigner) {
        this.presigner = presigner;
    }

    /** What the service knows of a key; the checksum is base64 of a SHA-256 where it has one. */
    record Known(long length, Optional<String> sha256) { }

    /** Empty where there is no such key. */
    Optional<Known> ask(String key) throws IOException {
        Target target = presigner.sign("HEAD", key, WITH_CHECKSUM, Map.of(), LIFE);
        for (int attempt = 1; ; attempt++) {
            try {
                HttpURLConnection http = (HttpURLConnection) target.url().toURL().openConnection();
                http.setConnectTimeout(TIMEOUT_MILLIS);
                http.setReadTimeout(TIMEOUT_MILLIS);
                http.setRequestMethod("HEAD");
                http.setRequestProperty("User-Agent", "musehub-hub");
                WITH_CHECKSUM.forEach(http::setRequestProperty);
                int status = http.getResponseCode();
                release(http, status);
                if (status == 404) {
                    return Optional.empty();
                }
                if (status == 200) {
                    return Optional.of(new Known(http.getContentLengthLong(),
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
