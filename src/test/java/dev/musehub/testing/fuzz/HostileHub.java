package dev.musehub.testing.fuzz;

import dev.musehub.core.history.Commit;
import dev.musehub.core.history.Manifest;
import dev.musehub.core.history.ManifestDelta;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.Limits;
import dev.musehub.core.wire.MsgPackValues;
import dev.musehub.labels.Labels;
import dev.musehub.testing.History;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * A hub that is out for harm: answers as one would, with one thing wrong, at the level of HTTP, frames, fields or bytes.
 * What an answer holds for a client is in {@link #history}.
 */
public final class HostileHub implements AutoCloseable {

    private static final List<String> PATHS = List.of("../../escape", "/tmp/musehub-escape", ".muse/HEAD", ".MUSE/x",
            "a/../../escape", "a//b", "./a", "a\0b", "..", "src", "counter.txt/x", "a".repeat(5000), "\ud800", "",
            ".muse", "src/file0.txt/../../../escape");

    private final ServerSocket server;
    private final Mutator mutator;
    private final Random random;
    private final History history;
    /** Which of the four answers of a clone is wrong this time. */
    private volatile String wrong = "";

    public HostileHub(long seed) throws IOException {
        this.random = new Random(seed);
        this.history = History.line("base", 3);
        this.mutator = new Mutator(List.of(fetched(history), history.push("main")), seed);
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    /** The address to clone. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/dev/repo");
    }

    /** What an honest answer holds. */
    public History history() {
        return history;
    }

    /** From now on one of the answers is wrong: {@code refs}, {@code fetch}, {@code fetch/objects} or {@code tags}. */
    public void wrong(String endpoint) {
        wrong = endpoint;
    }

    private static List<Frame> fetched(History history) {
        return List.of(new Frame.CommitPack(history.snapshots(history.commits()), history.commits()),
                new Frame.End(0, history.commits().size()));
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setSoTimeout(300_000);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (true) {
                String head = head(in);
                byte[] body = in.readNBytes(length(head));
                String endpoint = head.split(" ")[1].substring("/dev/repo/".length());
                if (!answer(endpoint, body, socket.getOutputStream())) {
                    return;
                }
            }
        } catch (IOException | RuntimeException e) {
            // The client has gone, as it should.
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int c = in.read();
            if (c < 0) {
                throw new IOException("closed");
            }
            head.write(c);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    private static int length(String head) {
        return head.lines().filter(line -> line.startsWith("Content-Length: "))
                .mapToInt(line -> Integer.parseInt(line.substring(16))).findFirst().orElse(0);
    }

    private byte[] honest(String endpoint, byte[] body) {
        return switch (endpoint) {
            case "refs" -> MsgPackValues.encode(refs());
            case "fetch" -> History.bytes(fetched(history));
            case "fetch/objects" -> {
                List<Frame> frames = new ArrayList<>();
                List<String> ids = MsgPackValues.decode(body).asDict("body").texts("ids");
                for (String id : ids) {
                    Sha256 object = Sha256.parse(id).orElseThrow();
                    byte[] bytes = Optional.ofNullable(history.objects().get(object)).orElse(new byte[0]);
                    frames.add(History.raw(object, bytes));
                }
                frames.add(new Frame.End(ids.size(), 0));
                yield History.bytes(frames);
            }
            default -> MsgPackValues.encode(Value.dict().put("tags", new Value.Array(List.of(Value.dict()
                    .put("tag_id", "11111111-1111-4111-8111-111111111111").put("tag", "v1")
                    .put("commit_id", history.head().toString()).build()))).put("releases", Value.texts(List.of())).build());
        };
    }

    private Value.Dict refs() {
        return Value.dict().put("repo_id", "repo").put("domain", "code").put("default_branch", "main")
                .put("branch_heads", Value.dict().put("main", history.head().toString()).build())
                .put("labels", Labels.digest(List.of(), List.of(java.util.UUID.randomUUID())).toString())
                .put("capabilities", Value.texts(List.of())).put("limits", Limits.DEFAULT.toValue()).build();
    }

    /** False where the connection is of no more use. */
    private synchronized boolean answer(String endpoint, byte[] body, OutputStream out) throws IOException {
        byte[] honest = honest(endpoint, body);
        if (!endpoint.equals(wrong)) {
            http("200 OK", honest, honest.length, out);
            return true;
        }
        switch (random.nextInt(6)) {
            case 0 -> brokenHttp(honest, out);
            case 1 -> {
                if (endpoint.equals("fetch")) {
                    byte[] escape = History.bytes(escaping());
                    http("200 OK", escape, escape.length, out);
                } else {
                    brokenHttp(honest, out);
                }
            }
            default -> {
                byte[] mutated = mutator.mutated(honest);
                http("200 OK", mutated, mutated.length, out);
            }
        }
        return false;
    }

    private static void http(String status, byte[] body, long length, OutputStream out) throws IOException {
        out.write(("HTTP/1.1 " + status + "\r\nContent-Type: application/x-msgpack\r\nContent-Length: " + length
                + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        out.write(body);
        out.flush();
    }

    /** A history with right ids that wants to be written where it must not. */
    private List<Frame> escaping() {
        History evil = new History();
        Map<String, String> files = new TreeMap<>();
        files.put("counter.txt", "base 0");
        files.put(PATHS.get(random.nextInt(PATHS.size())), "base 1");
        Commit commit = evil.commit("evil", List.of(), files);
        Map<String, Sha256> entries = new HashMap<>();
        Manifest manifest = evil.manifestOf(commit.id());
        for (int i = 0; i < manifest.size(); i++) {
            entries.put(manifest.path(i), manifest.objectId(i));
        }
        return List.of(new Frame.CommitPack(List.of(new Frame.SnapshotDelta(commit.snapshotId(), Optional.empty(),
                new ManifestDelta(new TreeMap<>(entries), List.of()), History.TIME, Optional.empty(), false)),
                List.of(commit)), new Frame.End(0, 1));
    }

    private void brokenHttp(byte[] body, OutputStream out) throws IOException {
        switch (random.nextInt(14)) {
            case 0 -> http("200 OK", body, body.length + 10, out);
            case 1 -> http("200 OK", body, Math.max(0, body.length - 10), out);
            case 2 -> http("302 Found\r\nLocation: http://127.0.0.1:1/", body, body.length, out);
            case 3 -> http("404 Not Found", body, body.length, out);
            case 4 -> http("500 Internal Server Error", "<html>".getBytes(StandardCharsets.US_ASCII), 6, out);
            case 5 -> http("401 Unauthorized\r\nContent-Type: application/problem+json", body, body.length, out);
            case 6 -> raw(out, "garbage\r\n\r\n");
            case 7 -> raw(out, "");
            case 8 -> raw(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\nx");
            case 9 -> raw(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + "x".repeat(100_000));
            case 10 -> endless(out, "HTTP/1.1 200 OK\r\n", "X-A: b\r\n");
            case 11 -> endless(out, "", "HTTP/1.1 100 Continue\r\n\r\n");
            case 12 -> endless(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X-A: b\r\n");
            default -> raw(out, "HTTP/1.1 422 Unprocessable\r\nContent-Type: application/problem+json\r\n\r\n"
                    + "{\"code\": \"" + List.of("no-repository", "nonsense", "internal", "\\u001b[31m").get(random.nextInt(4))
                    + "\", \"detail\": \"\\u001b[2Jfooled\", \"details\": {\"a\": [1]}}");
        }
    }

    private static void raw(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    /** Never ends by itself: a client that does not give up hangs here. */
    private static void endless(OutputStream out, String start, String again) throws IOException {
        raw(out, start);
        byte[] much = again.repeat(1_000).getBytes(StandardCharsets.ISO_8859_1);
        while (true) {
            out.write(much);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
