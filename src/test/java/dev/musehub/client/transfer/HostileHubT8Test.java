package dev.musehub.client.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.musehub.cli.Meter;
import dev.musehub.client.hub.HubClient;
import dev.musehub.client.hub.PresignClient;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.client.snapshots.Snapshot;
import dev.musehub.core.history.Commit;
import dev.musehub.core.history.ManifestDelta;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Problem.Code;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.Lease;
import dev.musehub.core.wire.Limits;
import dev.musehub.core.wire.MsgPackValues;
import dev.musehub.testing.History;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A hub that lies: the client accepts nothing wrong, writes nothing outside, and no incomplete commit appears. */
@Tag("T8")
class HostileHubT8Test {

    @TempDir
    private Path temp;
    private MuseRepository local;
    private HttpServer server;
    private final History history = History.line("x", 3);
    private List<? extends Frame> packs = List.of();
    private List<? extends Frame> objects = List.of();
    private int redirects;

    @BeforeEach
    void open() throws IOException {
        local = MuseRepository.create(temp.resolve("repo"), "", "code", "main");
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/a/b/fetch", exchange -> answer(exchange, packs));
        server.createContext("/a/b/fetch/objects", exchange -> answer(exchange, objects));
        server.createContext("/a/b/refs", exchange -> {
            exchange.getResponseHeaders().set("Location", "http://127.0.0.1:" + server.getAddress().getPort()
                    + "/trap");
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
        server.createContext("/trap", exchange -> {
            redirects++;
            exchange.close();
        });
        server.start();
        packs = List.of(pack(history.snapshots(history.commits()), history.commits()), new Frame.End(0, 3));
        List<Frame> all = new ArrayList<>();
        // The client asks by path, then history.
        for (String path : List.of("counter.txt", "src/file0.txt", "src/file1.txt", "src/file2.txt")) {
            history.commits().forEach(c -> history.manifestOf(c.id()).get(path).ifPresent(id -> {
                Frame frame = History.raw(id, history.objects().get(id));
                if (all.stream().noneMatch(f -> ((Frame.ObjectFrame) f).id().equals(id))) {
                    all.add(frame);
                }
            }));
        }
        all.add(new Frame.End(all.size(), 0));
        objects = all;
    }

    @AfterEach
    void close() {
        server.stop(0);
    }

    private static void answer(HttpExchange exchange, List<? extends Frame> frames) throws IOException {
        exchange.getRequestBody().readAllBytes();
        byte[] bytes = History.bytes(frames);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static Frame pack(List<Frame.SnapshotDelta> snapshots, List<Commit> commits) {
        return new Frame.CommitPack(snapshots, commits);
    }

    private void fetch() {
        URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/a/b");
        try (HubClient client = new HubClient(url, Optional.of("token"))) {
            HubClient.Refs refs = new HubClient.Refs(true, "", "code", Optional.empty(), Map.of(),
                    history.head(), Limits.DEFAULT, Set.of(), false);
            new Fetch(local, client, refs, Meter.silent()).run(List.of(history.head()), List.of());
        }
    }

    private void refused(Code code) throws IOException {
        assertEquals(code, assertThrows(Problem.class, this::fetch).code());
        assertFalse(local.hasCommit(history.head()));
        try (var files = Files.list(temp)) {
            assertEquals(List.of(temp.resolve("repo")), files.toList());
        }
    }

    @Test
    void anHonestOneIsBelieved() {
        fetch();
        assertTrue(local.hasCommit(history.head()));
    }

    @Test
    void objectsWithOtherBytesAreRefused() throws IOException {
        List<Frame> forged = new ArrayList<>(objects);
        Frame.ObjectFrame first = (Frame.ObjectFrame) forged.getFirst();
        forged.set(0, History.raw(first.id(), new byte[] {1}));
        objects = forged;
        refused(Code.OBJECT_MISMATCH);
    }

    @Test
    void objectsThatWereNotAskedForAreRefused() throws IOException {
        List<Frame> more = new ArrayList<>(objects);
        more.addFirst(History.raw(Sha256.of(new byte[] {7}), new byte[] {7}));
        objects = more;
        refused(Code.UNEXPECTED_FRAME);
    }

    @Test
    void anAnswerThatStopsShortIsRefused() throws IOException {
        objects = objects.subList(0, 2);
        refused(Code.UNREACHABLE);
    }

    @Test
    void aForgedSnapshotIsRefused() throws IOException {
        List<Frame.SnapshotDelta> snapshots = new ArrayList<>(history.snapshots(history.commits()));
        Frame.SnapshotDelta last = snapshots.removeLast();
        Map<String, Sha256> set = new TreeMap<>(last.delta().set());
        set.put("counter.txt", history.manifestOf(history.commits().getFirst().id()).get("counter.txt").orElseThrow());
        snapshots.add(new Frame.SnapshotDelta(last.id(), last.base(), new ManifestDelta(set, List.of()), "t",
                Optional.empty(), false));
        packs = List.of(pack(snapshots, history.commits()), new Frame.End(0, 3));
        List<Frame> without = new ArrayList<>(objects);
        without.removeIf(f -> f instanceof Frame.ObjectFrame o && o.id().equals(last.delta().set().get("counter.txt")));
        without.set(without.size() - 1, new Frame.End(without.size() - 1, 0));
        objects = without;
        refused(Code.SNAPSHOT_MISMATCH);
    }

    @Test
    void aForgedCommitIsRefused() throws IOException {
        List<Commit> commits = new ArrayList<>(history.commits());
        Commit last = commits.removeLast();
        commits.add(new Commit(last.id(), "", "main", last.snapshotId(), "forged", History.TIME, last.parent1(),
                last.parent2(), "", Map.of(), Optional.empty(), "none", List.of(), "", "", "", "", "", "", 5, List.of(),
                0));
        packs = List.of(pack(history.snapshots(history.commits()), commits), new Frame.End(0, 3));
        refused(Code.COMMIT_MISMATCH);
    }

    @Test
    void aCommitWithoutItsParentIsRefused() throws IOException {
        packs = List.of(pack(history.snapshots(history.commits()), history.commits().subList(1, 3)),
                new Frame.End(0, 2));
        refused(Code.UNKNOWN_PARENT);
    }

    @Test
    void aPathThatLeavesTheTreeIsRefused() throws IOException {
        Sha256 id = history.objects().keySet().iterator().next();
        for (String path : List.of("../../escape", "/tmp/escape", ".muse/HEAD")) {
            packs = List.of(pack(List.of(new Frame.SnapshotDelta(Sha256.of(new byte[0]), Optional.empty(),
                    new ManifestDelta(new TreeMap<>(Map.of(path, id)), List.of()), "t", Optional.empty(), false)),
                    List.of()), new Frame.End(0, 0));
            refused(Code.INVALID_PATH);
        }
    }

    /** Some P frames, then an R that names another head: the client does not report success. */
    @Test
    void aResultWithAnotherHeadIsNotBelieved() {
        server.createContext("/c/d/refs", exchange -> {
            exchange.getRequestBody().readAllBytes();
            byte[] refs = MsgPackValues.encode(Value.EMPTY);
            exchange.sendResponseHeaders(200, refs.length);
            exchange.getResponseBody().write(refs);
            exchange.close();
        });
        server.createContext("/c/d/push/presign", exchange -> {
            exchange.getRequestBody().readAllBytes();
            byte[] none = MsgPackValues.encode(Value.EMPTY);
            exchange.sendResponseHeaders(200, none.length);
            exchange.getResponseBody().write(none);
            exchange.close();
        });
        server.createContext("/c/d/push/stream", exchange -> answer(exchange, List.of(
                new Frame.Progress("receive", 1, 1, 1), new Frame.Result("main", Optional.empty(),
                Optional.of(Sha256.of(new byte[] {1})), Map.of(), 0, 0, 0, 0, Map.of(), 0, List.of(), Optional.empty(), false))));
        history.objects().forEach(local.objects()::write);
        for (Commit commit : history.commits()) {
            local.writeSnapshot(new Snapshot(commit.snapshotId(), history.manifestOf(commit.id()), History.TIME,
                    Optional.empty()));
            local.writeCommit(commit);
        }
        local.setHead("main", history.head());
        URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/c/d");
        try (HubClient client = new HubClient(url, Optional.of("token"))) {
            assertEquals(Code.MALFORMED_STREAM, assertThrows(Problem.class, () -> new Push(local, client,
                    Meter.silent())
                    .run(new PushRequest("origin", "main", false, new Lease.None(), PushRequest.Way.EITHER,
                    Optional.empty()))).code());
        }
        assertEquals(Optional.empty(), local.remoteHead("origin", "main"));
    }

    /** A line break would end the header, and begin one that the hub chooses. */
    @Test
    void aSignedHeaderWithALineBreakIsRefused() {
        Sha256 id = history.objects().keySet().iterator().next();
        for (Map.Entry<String, String> header : Map.of("x", "1\r\nAuthorization: y", "x\r\ny", "1", "x y", "1").entrySet()) {
            server.createContext("/e/f/push/presign", exchange -> {
                exchange.getRequestBody().readAllBytes();
                byte[] answer = MsgPackValues.encode(Value.dict().put("presigned", Value.dict().put(id.toString(),
                        Value.dict().put("url", "http://127.0.0.1:1/x").put("headers", Value.dict().put(header.getKey(),
                        header.getValue()).build()).build()).build()).build());
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
                exchange.close();
            });
            URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/e/f");
            try (HubClient client = new HubClient(url, Optional.of("token"))) {
                assertEquals(Code.MALFORMED_STREAM, assertThrows(Problem.class, () -> new PresignClient(client)
                        .presign(List.of(new PresignClient.Outgoing(id, 1)))).code());
            }
            server.removeContext("/e/f/push/presign");
        }
    }

    @Test
    void aTokenFollowsNoRedirect() {
        URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/a/b");
        try (HubClient client = new HubClient(url, Optional.of("token"))) {
            assertEquals(Code.INSECURE, assertThrows(Problem.class, client::refs).code());
        }
        assertEquals(0, redirects);
    }
}
