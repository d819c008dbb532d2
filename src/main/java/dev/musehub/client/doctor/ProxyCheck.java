package dev.musehub.client.doctor;

import dev.musehub.client.hub.HttpConnection;
import dev.musehub.client.hub.HttpReader;
import dev.musehub.core.model.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Finds out with {@code /-/echo} of the hub what proxies on the way do to a push. */
public final class ProxyCheck {

    /** An answer that has not begun after this time waits for the end of the request. */
    private static final Duration EARLY = Duration.ofSeconds(8);
    private static final int PAUSE_SECONDS = 3;
    /** More than many proxies allow by default. A push sends up to 64 MiB at a time. */
    private static final int BODY_BYTES = 17 << 20;

    private static final List<Integer> PACE_BYTES = List.of(64 << 10, 1 << 20, 8 << 20);

    private static final String NAME_PROXY = "let the proxy set X-Forwarded-For or Via, so that the hub"
            + " answers after the whole request";

    private final URI hub;
    private final Map<String, String> headers;

    public ProxyCheck(URI hub, String token) {
        this.hub = hub;
        this.headers = Map.of("Authorization", "Bearer " + token, "Content-Type", "application/octet-stream");
    }

    private static String path(int silence) {
        return "/-/echo?silence=" + silence;
    }

    /** An answer whose first line, which has five letters, has come. */
    private record Begun(HttpReader.Response response, String line) { }

    /** Whether answers may begin before the request has ended, and arrive while they are written. */
    List<DoctorFinding> flow() throws InterruptedException {
        try (HttpConnection connection = HttpConnection.open(hub)) {
            OutputStream out = connection.sendChunked("POST", path(PAUSE_SECONDS), headers);
            out.write(new byte[1024]);
            out.flush();
            FutureTask<Begun> answer = new FutureTask<>(() -> {
                HttpReader.Response response = connection.receive();
                return new Begun(response,
                        new String(response.body().readNBytes(6), StandardCharsets.US_ASCII).strip());
            });
            Thread.ofVirtual().name("echo").start(answer);
            boolean early = begins(answer);
            out.close();
            Begun begun = answer.get();
            if (begun.response().status() != 200) {
                return List.of(DoctorFinding.fix("duplex", "the hub answers " + begun.response().status() + " to POST"
                        + " /-/echo: let the proxy pass all paths, and update the hub if it is older than this"
                        + " client"));
            }
            return List.of(duplex(early, begun.line().equals("proxy")),
                    early || streamed(connection, begun.response().body())
                            ? DoctorFinding.ok("buffering", "answers arrive as the hub writes them")
                            : DoctorFinding.fix("buffering", "a proxy buffers answers, so heartbeats do not arrive:"
                                    + " turn that off (nginx: proxy_buffering off)"));
        } catch (IOException | ExecutionException e) {
            return List.of(DoctorFinding.fix("duplex", "a request breaks when its answer begins early ("
                    + e.getMessage() + "): "
                    + NAME_PROXY));
        }
    }

    private static DoctorFinding duplex(boolean early, boolean proxy) {
        if (early) {
            return DoctorFinding.ok("duplex", "answers begin while the request is still being sent");
        }
        return proxy ? DoctorFinding.ok("duplex", "a proxy holds requests back; the hub knows and waits")
                : DoctorFinding.fix("duplex", "a proxy that the hub does not know of holds requests back: "
                        + NAME_PROXY);
    }

    private static boolean begins(FutureTask<Begun> answer)
            throws InterruptedException, ExecutionException {
        try {
            answer.get(EARLY.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    /** Whether the end of the answer comes well after its beginning, as the hub writes it. */
    private static boolean streamed(HttpConnection connection, InputStream body) throws IOException {
        if (connection.hasMore()) {
            // They came together. No clock is needed then, which would be wrong where this machine stalls.
            return false;
        }
        long first = System.nanoTime();
        body.readAllBytes();
        return System.nanoTime() - first > TimeUnit.SECONDS.toNanos(PAUSE_SECONDS) / 3;
    }

    /** Whether a large body passes, and how fast it is. */
    DoctorFinding body() {
        long start = System.nanoTime();
        try {
            send(BODY_BYTES);
            return DoctorFinding.ok("body", String.format(Locale.ROOT, "a request of 17 MiB passes, at %.1f MB/s",
                    BODY_BYTES * 1e3 / (System.nanoTime() - start)));
        } catch (IOException e) {
            return DoctorFinding.fix("body", "a request of 17 MiB does not pass (" + e.getMessage()
                    + "): allow 64 MiB or more (nginx: client_max_body_size 0)");
        }
    }

    /**
     * Bytes per second on the way to the hub; a fast line is measured with more bytes. Empty if the hub cannot be
     * reached.
     */
    public Optional<Double> pace() {
        try {
            double pace = 0;
            for (int bytes : PACE_BYTES) {
                long start = System.nanoTime();
                send(bytes);
                pace = bytes * 1e9 / (System.nanoTime() - start);
                if (pace < bytes) {
                    break;
                }
            }
            return Optional.of(pace);
        } catch (IOException | Problem e) {
            return Optional.empty();
        }
    }

    /** Sends a body of {@code bytes} zeros; returns when the hub has confirmed all of them. */
    private void send(int bytes) throws IOException {
        try (HttpConnection connection = HttpConnection.open(hub)) {
            try {
                connection.send("POST", path(0), headers, new byte[bytes]);
            } catch (IOException e) {
                // Refused in the middle. Most often the answer gives the reason.
            }
            HttpReader.Response response = connection.receive();
            String said = new String(response.body().readNBytes(64), StandardCharsets.US_ASCII);
            if (response.status() != 200 || !said.contains("end " + bytes)) {
                throw new IOException("the answer is " + response.status());
            }
        }
    }

    /** Whether a connection survives silence. */
    DoctorFinding silence(int seconds) {
        long start = System.nanoTime();
        try (HttpConnection connection = HttpConnection.open(hub)) {
            connection.send("POST", path(seconds), headers, new byte[16]);
            HttpReader.Response response = connection.receive();
            String said = new String(response.body().readNBytes(64), StandardCharsets.US_ASCII);
            if (response.status() == 200 && said.contains("end 16")) {
                return DoctorFinding.ok("silence", "the connection survives " + seconds + " s without a byte");
            }
        } catch (IOException e) {
            // The finding below says how long the connection lasted.
        }
        return DoctorFinding.fix("silence", String.format(Locale.ROOT, "a silent connection is cut after %.0f s: allow"
                + " 60 s (nginx: proxy_read_timeout and proxy_send_timeout)", (System.nanoTime() - start) / 1e9));
    }
}
