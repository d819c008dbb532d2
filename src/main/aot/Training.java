import com.github.luben.zstd.util.ZstdVersion;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.musehub.core.history.Ids;
import dev.musehub.core.history.Labels;
import dev.musehub.core.history.Manifest;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.FrameWriter;
import dev.musehub.core.wire.Limits;
import dev.musehub.core.wire.MsgPackValues;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What makes commands start fast on this machine (see the Makefile): zstd's native library, unpacked once, and the run
 * from which java learns which classes a push needs. For that a commit is pushed to a server that says what a hub would,
 * and has the commit before it. Arguments: a directory to work in, the launcher, where to put the library, and the cache.
 */
final class Training {

    /** Profiles of methods make java compile eagerly at each start, which takes longer than a small push itself. */
    private static final String NO_PROFILES = "-XX:+IgnoreUnrecognizedVMOptions -XX:+UnlockDiagnosticVMOptions"
            + " -XX:-AOTRecordTraining ";

    private static final String TIME = "2026-01-01T00:00:00+00:00";

    private Training() {
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path muse = Path.of(arguments[0], ".muse");
        write(muse.resolve("repo.json"), "{\"repo_id\": \"training\", \"domain\": \"code\"}");
        write(muse.resolve("HEAD"), "ref: refs/heads/main\n");
        Sha256 parent = commit(muse, Optional.empty());
        Sha256 head = commit(muse, Optional.of(parent));
        unpackZstd(Path.of(arguments[2]));
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", exchange -> answer(exchange, parent, head));
        server.start();
        write(muse.resolve("config.toml"),
                "[remotes.origin]\nurl = \"http://127.0.0.1:" + server.getAddress().getPort() + "/a/b\"\n");
        ProcessBuilder push = new ProcessBuilder(Path.of(arguments[1]).toAbsolutePath().toString(), "push")
                .directory(Path.of(arguments[0]).toFile()).inheritIO();
        push.environment().merge("MUSEHUB_JAVA_OPTS", NO_PROFILES + "-XX:AOTCacheOutput=" + Path.of(arguments[3]).toAbsolutePath(),
                (given, ours) -> given + " " + ours);
        push.environment().put("MUSE_TOKEN", "training");
        int exit = push.start().waitFor();
        server.stop(0);
        System.exit(exit);
    }

    private static void unpackZstd(Path target) throws IOException {
        boolean mac = System.getProperty("os.name").startsWith("Mac");
        String arch = System.getProperty("os.arch");
        String library = mac
                ? "/darwin/" + (arch.equals("amd64") ? "x86_64" : arch) + "/libzstd-jni-" + ZstdVersion.VERSION + ".dylib"
                : "/linux/" + arch + "/libzstd-jni-" + ZstdVersion.VERSION + ".so";
        try (InputStream in = ZstdVersion.class.getResourceAsStream(library)) {
            if (in == null) {
                System.err.println("no " + library + " to unpack");
                return;
            }
            Files.copy(in, target);
        }
    }

    private static Sha256 commit(Path muse, Optional<Sha256> parent) throws IOException {
        byte[] content = (parent.isEmpty() ? "first\n" : "second\n").getBytes(StandardCharsets.US_ASCII);
        Sha256 object = Ids.object(content);
        Sha256 snapshot = Ids.snapshot(Manifest.of(Map.of("file.txt", object)));
        Sha256 commit = Ids.commit(parent.stream().toList(), snapshot, "one", TIME);
        write(muse.resolve("refs/heads/main"), commit.hex());
        write(muse.resolve("objects").resolve(object.hex().substring(0, 2)).resolve(object.hex().substring(2)),
                new String(content, StandardCharsets.US_ASCII));
        write(muse.resolve("snapshots").resolve(snapshot.hex() + ".json"), """
                {
                  "snapshot_id": "%s",
                  "manifest": {
                    "file.txt": "%s"
                  },
                  "created_at": "%s"
                }
                """.formatted(snapshot.hex(), object.hex(), TIME));
        write(muse.resolve("commits").resolve(commit.hex() + ".json"), """
                {
                  "commit_id": "%s",
                  "repo_id": "training",
                  "branch": "main",
                  "snapshot_id": "%s",
                  "message": "one",
                  "committed_at": "%s",
                  "parent_commit_id": %s,
                  "author": "a"
                }
                """.formatted(commit.hex(), snapshot.hex(), TIME,
                        parent.map(id -> "\"" + id.hex() + "\"").orElse("null")));
        return commit;
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static void answer(HttpExchange exchange, Sha256 parent, Sha256 head) throws IOException {
        exchange.getRequestBody().readAllBytes();
        byte[] body = switch (exchange.getRequestURI().getPath()) {
            case "/a/b/refs" -> MsgPackValues.encode(Value.dict().put("repo_id", "training").put("domain", "code")
                    .put("branch_heads", Value.dict().put("main", parent.toString()).build())
                    .put("default_branch", "main").put("limits", Limits.DEFAULT.toValue())
                    .put("labels", Labels.digest(List.of(), List.of()).toString()).put("lost", false)
                    .put("capabilities", Value.texts(List.of("zstd", "large"))).build());
            case "/a/b/push/presign" -> MsgPackValues.encode(Value.dict()
                    .put("stored", Value.texts(List.of(Sha256.of(new byte[0]).toString()))).build());
            default -> result(head);
        };
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static byte[] result(Sha256 head) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FrameWriter frames = new FrameWriter(out);
        frames.write(new Frame.Result("main", Optional.empty(), Optional.of(head), Map.of("main", head), 1, 0, 1, 1,
                Map.of("receive", 1.0), 1, List.of()));
        frames.flush();
        return out.toByteArray();
    }
}
