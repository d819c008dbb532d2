package dev.musehub.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.Lease;
import dev.musehub.testing.Await;
import dev.musehub.testing.History;
import dev.musehub.testing.TestHub;
import dev.musehub.testing.fuzz.Leaks;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Slow, silent, broken and hoarding clients: each is ended, holds nothing afterwards, and nobody else notices. */
@Tag("T7")
class LinesT7Test {

    @TempDir
    private static Path data;
    private static TestHub hub;
    private static final String AUTH = "Authorization: Bearer " + TestHub.TOKEN + "\r\n";
    private static final byte[] BIG = new byte[24 << 20];
    private static Leaks before;

    @BeforeAll
    static void open() {
        hub = TestHub.impatient(data);
        Frame.Header objects = History.header("main", Optional.empty(), false, new Lease.None());
        // Noise, as what compresses away would fit into the sockets' buffers.
        new Random(1).nextBytes(BIG);
        byte[] big = History.bytes(List.of(objects, History.raw(Sha256.of(BIG), BIG), new Frame.End(1, 0)));
        Await.until("a large push", () -> pushed("big", big));
        normalPush();
        before = Leaks.now();
    }

    @AfterEach
    void nothingIsHeldAndAPushWorks() {
        normalPush();
        before.requireNoneSince(hub.hub().pool());
        assertFalse(hub.log().contains("fault"), hub.log());
    }

    private static TestHub.Answer push(String slug, byte[] stream) {
        return hub.send("POST", "/dev/" + slug + "/push/stream", AUTH, stream);
    }

    private static void normalPush() {
        Await.until("a push", () -> pushed("normal", History.bytes(History.line("n", 3).push("main"))));
    }

    /** False also where this machine was so slow that the hub took it for a client that has stalled. */
    private static boolean pushed(String slug, byte[] stream) {
        try {
            return push(slug, stream).text().contains("branch_heads");
        } catch (IllegalStateException e) {
            return false;
        }
    }

    private static Socket connect(String head) throws IOException {
        Socket socket = new Socket("127.0.0.1", hub.port());
        socket.setSoTimeout(300_000);
        socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    /** Reads until the hub closes, however it does. */
    private static void awaitClosed(Socket socket) throws IOException {
        try {
            socket.getInputStream().readAllBytes();
        } catch (SocketException e) {
            assertTrue(e.getMessage().contains("reset"), e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"G", "GET /healthz HTTP/1.1\r\n", "GET /healthz HTTP/1.1\r\nHost: h\r\nX-Long: aaaa"})
    void aHeadThatStopsIsNotWaitedForForEver(String head) throws IOException {
        try (Socket socket = connect(head)) {
            awaitClosed(socket);
        }
    }

    private static char one(Socket socket) throws IOException {
        int read = socket.getInputStream().read();
        assertTrue(read >= 0, "the hub cut the connection");
        return (char) read;
    }

    /** A hub that stops does not just cut a push: the client learns why, and that it may try again. */
    @Test
    void aPushThatRunsWhenTheHubStopsIsAnswered(@TempDir Path own) throws Exception {
        TestHub hasty = TestHub.hasty(own);
        byte[] header = History.bytes(List.of(History.header("main", Optional.empty(), false, new Lease.None())));
        try (Socket socket = new Socket("127.0.0.1", hasty.port())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(("POST /dev/stopped/push/stream HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:"
                    + " chunked\r\n" + AUTH + "\r\n" + Integer.toHexString(header.length) + "\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().write(header);
            socket.getOutputStream().write("\r\n".getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            String answer = "";
            while (!answer.contains("receive")) {
                answer += one(socket);
            }
            Thread closing = Thread.ofVirtual().start(hasty::close);
            while (!answer.contains("shutting-down")) {
                answer += one(socket);
            }
            socket.getOutputStream().write("0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            answer += new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertTrue(answer.contains("shutting-down") && answer.endsWith("0\r\n\r\n"), answer);
            closing.join();
        }
    }

    /** One byte at a time, always within the patience for a single read. */
    @Test
    void aBodyThatOnlyDripsIsEnded() throws IOException {
        byte[] stream = History.bytes(History.line("drip", 20).push("main"));
        try (Socket socket = connect("POST /dev/normal/push/stream HTTP/1.1\r\nHost: h\r\nContent-Length: "
                + stream.length + "\r\n" + AUTH + "\r\n")) {
            Thread drip = Thread.ofVirtual().start(() -> drip(socket, stream));
            awaitClosed(socket);
            drip.interrupt();
        }
    }

    private static void drip(Socket socket, byte[] stream) {
        try {
            for (byte b : stream) {
                socket.getOutputStream().write(b);
                Thread.sleep(100);
            }
        } catch (IOException | InterruptedException e) {
            // The hub has ended it, as it should.
        }
    }

    @Test
    void anAnswerThatNobodyReadsIsNotWaitedForForEver() throws IOException {
        String body = "{\"ids\": [\"" + Sha256.of(BIG) + "\"]}";
        List<Socket> hoarders = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            hoarders.add(connect("POST /dev/big/fetch/objects HTTP/1.1\r\nHost: h\r\nContent-Length: " + body.length()
                    + "\r\nContent-Type: application/json\r\n" + AUTH + "\r\n" + body));
        }
        Await.until("the end of all requests", () -> hub.log().lines().filter(line ->
                line.contains("/dev/big/fetch/objects")).count() >= hoarders.size());
        for (Socket socket : hoarders) {
            byte[] answer = new byte[BIG.length];
            int got = 0;
            try (InputStream in = socket.getInputStream()) {
                got = in.readNBytes(answer, 0, answer.length);
            } catch (SocketException e) {
                assertTrue(e.getMessage().contains("reset"), e.getMessage());
            }
            assertTrue(got < BIG.length, "the hub gave up, so it cannot all be there");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ffffffff", "80000000", "7fffffffffffffff", "zz", "-1", ""})
    void brokenChunksLeaveNoConnectionBehind(String size) throws IOException {
        byte[] stream = History.bytes(History.line("chunks", 2).push("main"));
        for (int sent : new int[] {0, 100, stream.length}) {
            String head = "POST /dev/normal/push/stream HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n" + AUTH
                    + "\r\n";
            String first = sent == 0 ? "" : Integer.toHexString(sent) + "\r\n"
                    + new String(Arrays.copyOf(stream, sent), StandardCharsets.ISO_8859_1) + "\r\n";
            for (int i = 0; i < 10; i++) {
                try (Socket socket = connect(head + first + size + "\r\nmore")) {
                    socket.shutdownOutput();
                    awaitClosed(socket);
                }
            }
        }
    }

    /** What the JDK takes for a short chunk ends the connection: behind it a proxy sees no second request. */
    @ParameterizedTest
    @ValueSource(strings = {"100000002", "1000000000000000000000002"})
    void aChunkSizeBeyondThirtyTwoBitsMakesNoSecondRequestOutOfOne(String size) {
        String second = "GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
        String answers = raw("POST /dev/normal/push/presign HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\n" + AUTH + "\r\n" + size + "\r\n{}\r\n0\r\n\r\n" + second);
        assertEquals(1, answers.split("HTTP/1.1 [0-9]", -1).length - 1, answers);
    }

    @ParameterizedTest
    @ValueSource(strings = {"+5", "-0", "0x5", "5, 5"})
    void aLengthThatIsNoNumberOfDigitsIsRefused(String length) {
        String answers = raw("POST /dev/normal/push/presign HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
                + "Content-Length: " + length + "\r\n" + AUTH + "\r\n{   }GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
        assertTrue(answers.startsWith("HTTP/1.1 400 "), answers);
        assertEquals(1, answers.split("HTTP/1.1 [0-9]", -1).length - 1, answers);
    }

    /** Everything that the hub answers to these bytes, as one text. */
    private static String raw(String request) {
        try (Socket socket = connect(request)) {
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aChunkedBodyIsRefusedWithAReasonWhereverItBreaks() {
        String head = "POST /dev/normal/push/stream HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n" + AUTH
                + "\r\n5\r\nhello\r\nzz\r\n";
        assertEquals(400, hub.raw(head.getBytes(StandardCharsets.ISO_8859_1)).status());
        String small = "POST /dev/normal/fetch HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\n" + AUTH + "\r\n5\r\nhello\r\nzz\r\n";
        assertEquals(400, hub.raw(small.getBytes(StandardCharsets.ISO_8859_1)).status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET // HTTP/1.1", "GET /a b HTTP/1.1", "GET  HTTP/1.1", "GET", "GET /%zz HTTP/1.1",
        "GET http://[ HTTP/1.1", "\u0001\u0002", "OPTIONS * HTTP/1.1", "GET http://elsewhere/dev/x/refs HTTP/1.1"})
    void aMalformedTargetIsRefusedWithoutAStackTrace(String line) {
        TestHub.Answer answer = hub.raw((line + "\r\nHost: h\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
        assertTrue(answer.status() >= 400 && answer.status() < 500 || answer.status() == 0, answer.head());
        assertFalse((answer.head() + answer.text()).matches("(?s).*(\tat |Exception:|java\\.).*"), answer.text());
    }

    @Test
    void whoFindsNoConnectionToTheDatabaseIsToldToComeBack() throws Exception {
        List<Connection> all = new ArrayList<>();
        try {
            for (int i = 0; i < TestHub.CONNECTIONS; i++) {
                all.add(hub.hub().pool().acquire("test"));
            }
            TestHub.Answer answer = hub.send("GET", "/dev/normal/refs", AUTH, new byte[0]);
            assertEquals(503, answer.status());
            assertTrue(answer.head().toLowerCase(Locale.ROOT).contains("retry-after: 2"), answer.head());
            assertTrue(answer.text().contains("\"code\":\"busy\""), answer.text());
            assertTrue(answer.text().contains("\"retryable\":true"), answer.text());
        } finally {
            for (Connection c : all) {
                c.close();
            }
        }
    }

    @Test
    void anHttpOneDotZeroClientKeepsItsConnectionWhereItAsks() throws IOException {
        try (Socket socket = connect("")) {
            OutputStream out = socket.getOutputStream();
            for (int i = 0; i < 2; i++) {
                out.write(("POST /dev/normal/push/presign HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 18\r\n"
                        + "Content-Type: application/json\r\n" + AUTH + "\r\n{\"object_ids\": []}")
                        .getBytes(StandardCharsets.ISO_8859_1));
                byte[] answer = new byte[4096];
                int n = socket.getInputStream().read(answer);
                assertTrue(new String(answer, 0, n, StandardCharsets.ISO_8859_1).contains(" 200 "));
            }
        }
    }
}
