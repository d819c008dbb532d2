package dev.musehub.client.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.musehub.core.model.Value;
import dev.musehub.json.JsonValues;
import dev.musehub.testing.History;
import dev.musehub.testing.Musehub;
import dev.musehub.testing.S3Server;
import dev.musehub.testing.StoreRelay;
import dev.musehub.testing.TestDatabase;
import dev.musehub.testing.TestHub;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code musehub doctor}, against hubs with and without faulty proxies. */
@Tag("T8")
class DoctorT8Test {

    @TempDir
    private Path directory;

    /** The findings by part. */
    private Map<String, DoctorFinding> examined(String url, String token, int exitCode)
            throws IOException, InterruptedException {
        Musehub.Ended ended = Musehub.run(directory, token, "doctor", url, "--json", "--silence", "1");
        assertEquals(exitCode, ended.exitCode(), ended.output());
        Map<String, DoctorFinding> findings = new LinkedHashMap<>();
        Value.Dict answer = JsonValues.decode(ended.output().getBytes(StandardCharsets.UTF_8)).asDict("answer");
        answer.list("findings").forEach(item -> {
            Value.Dict f = item.asDict("finding");
            findings.put(f.text("part", ""), new DoctorFinding(f.text("part", ""),
                    DoctorFinding.CheckState.valueOf(f.text("state", "").toUpperCase(java.util.Locale.ROOT)),
                    f.text("text", "")));
        });
        return findings;
    }

    @Test
    void aHubWithABucketIsSoundFromItsNameToTheHashesOfItsStore() throws Exception {
        try (S3Server s3 = S3Server.inProcess(); StoreRelay relay = new StoreRelay(s3.endpoint());
                TestHub hub = new TestHub(directory.resolve("data"), Optional.of(s3.options(relay)),
                        TestDatabase.freshUrl())) {
            History history = new History();
            history.commit("first", Map.of("a.txt", "one"));
            hub.send("POST", "/dev/x/push/stream", "Authorization: Bearer " + TestHub.TOKEN
                    + "\r\nContent-Type: application/x-muse-packstream\r\n", History.bytes(history.push("main")));
            Map<String, DoctorFinding> findings = examined(hub.repository("x").toString(), TestHub.TOKEN, 0);
            assertEquals("[name, connection, tls, hub, clock, ready, token, duplex, buffering, body, silence, store,"
                    + " hashes]", findings.keySet().toString());
            findings.values().forEach(f -> assertEquals(DoctorFinding.CheckState.OK, f.state(), f.toString()));
            assertFalse(hub.log().contains("fault"), hub.log());
        }
    }

    @Test
    void aProxyThatHoldsRequestsBackAndCutsThemIsNamedWithItsSettings() throws Exception {
        try (TestHub hub = new TestHub(directory.resolve("data")); HoldingProxy proxy = new HoldingProxy(hub.port())) {
            Map<String, DoctorFinding> findings = examined("http://127.0.0.1:" + proxy.port(), TestHub.TOKEN, 5);
            assertEquals(DoctorFinding.CheckState.FIX, findings.get("duplex").state(), findings.toString());
            assertTrue(findings.get("buffering").text().contains("proxy_buffering off"), findings.toString());
            assertTrue(findings.get("body").text().contains("client_max_body_size"), findings.toString());
            assertEquals(DoctorFinding.CheckState.SKIPPED, findings.get("store").state());
        }
    }

    @Test
    void whatIsNoHubAndWhatDoesNotAnswerEndsTheExamination() throws Exception {
        HttpServer other = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        other.createContext("/", exchange -> {
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        other.start();
        int port = other.getAddress().getPort();
        Map<String, DoctorFinding> findings = examined("http://127.0.0.1:" + port, "t", 5);
        assertTrue(findings.get("hub").text().contains("is no musehub"), findings.toString());
        assertFalse(findings.containsKey("token"));
        other.stop(0);
        assertEquals(DoctorFinding.CheckState.FIX, examined("http://127.0.0.1:" + port, "t", 5).get("connection")
                .state());
    }

    @Test
    void aRepositoryThatDoesNotExistIsSomethingToFix() throws Exception {
        try (TestHub hub = new TestHub(directory.resolve("data"))) {
            Map<String, DoctorFinding> findings = examined(hub.repository("misspelt").toString(), TestHub.TOKEN, 5);
            assertEquals(DoctorFinding.CheckState.FIX, findings.get("store").state(), findings.toString());
        }
    }

    @Test
    void aTokenThatTheHubDoesNotKnowIsToldAndNothingBehindItIsTried() throws Exception {
        try (TestHub hub = new TestHub(directory.resolve("data"))) {
            Map<String, DoctorFinding> findings = examined(hub.hub().url(), "wrong", 5);
            assertEquals(DoctorFinding.CheckState.FIX, findings.get("token").state());
            assertFalse(findings.containsKey("duplex"));
        }
    }

    /** A proxy that buffers whole requests and answers, and allows bodies of one mebibyte. */
    private static final class HoldingProxy implements AutoCloseable {
        private static final int ALLOWED = 1 << 20;

        private final ServerSocket server = new ServerSocket(0, 50, java.net.InetAddress.getLoopbackAddress());
        private final int hub;

        HoldingProxy(int hub) throws IOException {
            this.hub = hub;
            Thread.ofVirtual().start(() -> {
                while (!server.isClosed()) {
                    try {
                        Socket client = server.accept();
                        Thread.ofVirtual().start(() -> serve(client));
                    } catch (IOException e) {
                        return;
                    }
                }
            });
        }

        int port() {
            return server.getLocalPort();
        }

        private void serve(Socket client) {
            try (client; Socket behind = new Socket("127.0.0.1", hub)) {
                java.io.ByteArrayOutputStream request = new java.io.ByteArrayOutputStream();
                String text = "";
                while (!whole(text) && request.size() <= ALLOWED) {
                    int b = client.getInputStream().read();
                    if (b < 0) {
                        return;
                    }
                    request.write(b);
                    if (b == '\n' || client.getInputStream().available() == 0) {
                        text = request.toString(StandardCharsets.ISO_8859_1);
                    }
                }
                if (request.size() > ALLOWED) {
                    client.getOutputStream().write("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n".getBytes());
                    return;
                }
                behind.getOutputStream().write(text.replaceFirst("\r\n", "\r\nConnection: close\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
                byte[] answer = behind.getInputStream().readAllBytes();
                client.getOutputStream().write(answer);
            } catch (IOException e) {
                // The client sees it.
            }
        }

        private static boolean whole(String text) {
            int head = text.indexOf("\r\n\r\n");
            if (head < 0) {
                return false;
            }
            if (text.contains("chunked")) {
                return text.endsWith("0\r\n\r\n");
            }
            java.util.regex.Matcher length = java.util.regex.Pattern.compile("Content-Length: ([0-9]+)").matcher(text);
            return text.length() - head - 4 >= (length.find() ? Integer.parseInt(length.group(1)) : 0);
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
