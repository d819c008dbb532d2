package dev.musehub.startup;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.musehub.core.history.Ids;
import dev.musehub.core.history.Manifest;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.FrameWriter;
import dev.musehub.core.wire.Limits;
import dev.musehub.core.wire.MsgPackValues;
import dev.musehub.labels.Labels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The push from which java learns which classes a command needs: {@code musehub --prepare}. One commit goes to a server
 * in this process that answers what a hub would, and that has the commit before it. The launcher starts the push with a
 * java that writes the cache of classes at its end.
 */
public final class Training implements AutoCloseable {

    /** Profiles of methods make java compile eagerly at each start, which takes longer than a small push itself. */
    private static final String NO_PROFILES = "-XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining";

    private static final String TIME = "2026-01-01T00:00:00+00:00";

    private final Path directory;
    private final HttpServer server;

    private Training(Path directory, HttpServer server) {
        this.directory = directory;
        this.server = server;
    }

    /** Makes a repository in {@code directory}, and the server that it is pushed to. */
    public static Training in(Path directory) throws IOException {
        Path muse = directory.resolve(".muse");
        write(muse.resolve("repo.json"), "{\"repo_id\": \"training\", \"domain\": \"code\"}");
        write(muse.resolve("HEAD"), "ref: refs/heads/main\n");
        Sha256 parent = commit(muse, Optional.empty());
        Sha256 head = commit(muse, Optional.of(parent));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> answer(exchange, parent, head));
        server.start();
        write(muse.resolve("config.toml"),
                "[remotes.origin]\nurl = \"http://127.0.0.1:" + server.getAddress().getPort() + "/a/b\"\n");
        return new Training(directory, server);
    }

    /** Arguments: the launcher, and the file of the cache. Exit code 0 where the cache was made. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("musehub-training-");
        boolean made;
        try (Training training = in(directory)) {
            made = training.make(Path.of(arguments[0]), Path.of(arguments[1]));
        } finally {
            delete(directory);
        }
        System.exit(made ? 0 : 1);
    }

    /** The cache gets its name when it is whole, for commands that start meanwhile use what has that name. */
    private boolean make(Path launcher, Path cache) throws IOException, InterruptedException {
        Path output = directory.resolve("cache");
        ProcessBuilder push = new ProcessBuilder(launcher.toString(), "push").directory(directory.toFile()).inheritIO();
        push.environment().put("MUSEHUB_JAVA", System.getProperty("java.home"));
        push.environment().put("MUSEHUB_JAVA_OPTS", NO_PROFILES + " -XX:AOTCacheOutput=" + output);
        push.environment().put("MUSE_TOKEN", "training");
        if (push.start().waitFor() != 0 || Files.notExists(output)) {
            System.err.println("musehub: no cache of classes was made; commands work, but start slower");
            return false;
        }
        Path unfinished = cache.resolveSibling(cache.getFileName() + ".unfinished");
        Files.copy(output, unfinished, StandardCopyOption.REPLACE_EXISTING);
        Files.move(unfinished, cache, StandardCopyOption.ATOMIC_MOVE);
        return true;
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
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
                    .put("capabilities", Value.texts(List.of("batch", "large"))).build());
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
                Map.of("receive", 1.0), 1, List.of(), Optional.empty(), false));
        frames.flush();
        return out.toByteArray();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
