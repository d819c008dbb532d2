package dev.musehub.client.commands;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.musehub.client.muse.Config;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.client.transfer.LabelFiles;
import dev.musehub.core.history.Commit;
import dev.musehub.core.history.Snapshot;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.wire.Limits;
import dev.musehub.server.Hub;
import dev.musehub.server.HubOptions;
import dev.musehub.testing.Await;
import dev.musehub.testing.History;
import dev.musehub.testing.Musehub;
import dev.musehub.testing.TestDatabase;
import dev.musehub.testing.TestHub;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the commands of the client say and leave behind where something is wrong: each advice works. */
@Tag("T8")
class AdviceT8Test {

    @TempDir
    private static Path data;
    private static TestHub hub;

    @TempDir
    private Path temp;

    @BeforeAll
    static void open() {
        hub = new TestHub(data);
    }

    @AfterAll
    static void close() {
        hub.close();
    }

    private Musehub.Ended at(Path directory, int exitCode, String... command) throws IOException, InterruptedException {
        Musehub.Ended ended = Musehub.run(directory, TestHub.TOKEN, command);
        assertEquals(exitCode, ended.exitCode(), ended.output());
        return ended;
    }

    private static void says(Musehub.Ended ended, String... parts) {
        for (String part : parts) {
            assertTrue(ended.output().contains(part), () -> "'" + part + "' in\n" + ended.output());
        }
    }

    /** A local repository with {@code origin}. */
    private MuseRepository local(String name, String remote, History history) throws IOException {
        MuseRepository local = MuseRepository.create(temp.resolve(name), "", "code", "main");
        Config.read(local.configFile()).setRemote("origin", remote);
        write(local, history);
        return local;
    }

    private static void write(MuseRepository local, History history) {
        history.objects().forEach(local.objects()::write);
        for (Commit commit : history.commits()) {
            local.writeSnapshot(new Snapshot(commit.snapshotId(), history.manifestOf(commit.id()), History.TIME,
                    Optional.empty()));
            local.writeCommit(commit);
        }
        local.setHead("main", history.head());
    }

    private Musehub.Ended login(String hubUrl, String token) throws IOException, InterruptedException {
        Process process = Musehub.start(temp, Map.of("HOME", temp.toString()), "login", hubUrl, "--token", token);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Musehub.Ended(process.waitFor(), output);
    }

    @Test
    void loginKeepsOnlyATokenThatTheHubTakes() throws Exception {
        String url = hub.hub().url();
        Musehub.Ended right = login(url, TestHub.TOKEN);
        assertEquals(0, right.exitCode(), right.output());
        String kept = Files.readString(temp.resolve(".muse/identity.toml"));
        assertEquals(1, login(url, "wrong").exitCode());
        assertEquals(5, login("http://127.0.0.1:9", "any").exitCode());
        for (String nonsense : List.of("nonsense", "127.0.0.1:1337", "ftp://x", "localhost:1337")) {
            Musehub.Ended refused = login(nonsense, "any");
            assertEquals(1, refused.exitCode(), refused.output());
            says(refused, "address");
        }
        assertEquals(kept, Files.readString(temp.resolve(".muse/identity.toml")));
    }

    @Test
    void aSettingThatDoesNotExistIsRefusedByTheClientAndByTheHub() throws Exception {
        MuseRepository local = local("s", hub.repository("s").toString(), History.line("s", 1));
        at(local.root(), 0, "push");
        String url = hub.repository("s").toString();
        says(at(temp, 1, "repo", "set", url, "pubic=false"), "did you mean 'public'?", "refuse_polyglots");
        says(at(temp, 1, "repo", "set", url), "refuse_polyglots");
        // The client itself sees it: here it reaches no hub.
        String nowhere = "http://127.0.0.1:9/dev/s";
        says(at(temp, 1, "repo", "set", nowhere, "pubic=false"), "did you mean 'public'?");
        says(at(temp, 1, "repo", "set", nowhere), "refuse_polyglots");
        for (String body : List.of("{\"pubic\":false}", "{}", "{\"public\":true,\"pubic\":false}")) {
            TestHub.Answer refused = hub.send("POST", "/dev/s/settings", "Authorization: Bearer " + TestHub.TOKEN
                    + "\r\nContent-Type: application/json\r\n", body.getBytes(StandardCharsets.UTF_8));
            assertEquals(400, refused.status(), refused.text());
            assertTrue(refused.text().contains("bad-request") && refused.text().contains("refuse_polyglots"),
                    refused.text());
        }
        says(at(temp, 0, "repo", "show", url), "public = false");
    }

    @Test
    void aCloneOfWhatDoesNotExistSaysSoBeforeItLooksAtTheDirectory() throws Exception {
        Files.createFile(Files.createDirectories(temp.resolve("flaskk")).resolve("mine"));
        says(at(temp, 4, "clone", hub.repository("flaskk").toString()), "there is no repository at");
        says(at(temp, 1, "clone", "ftp://host/dev/flaskk"), "address");
        says(at(temp, 5, "clone", "http://127.0.0.1:9/dev/flaskk"), "cannot reach");
        MuseRepository local = local("there", hub.repository("flaskk").toString(), History.line("there", 1));
        at(local.root(), 0, "push");
        says(at(temp, 1, "clone", hub.repository("flaskk").toString()), "is not empty");
        assertEquals(List.of("mine"), List.of(temp.resolve("flaskk").toFile().list()));
    }

    @Test
    void aCloneThatIsStoppedLeavesNothingAndOneThatIsKilledIsRepeated() throws Exception {
        MuseRepository local = local("c", hub.repository("c").toString(), History.line("c", 3));
        at(local.root(), 0, "push");
        byte[] refs = hub.send("GET", "/dev/c/refs", "Authorization: Bearer " + TestHub.TOKEN
                + "\r\nAccept: application/x-msgpack\r\n", new byte[0]).body();
        CountDownLatch over = new CountDownLatch(1);
        HttpServer silent = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        silent.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        silent.createContext("/dev/c/refs", call -> {
            call.getResponseHeaders().add("Content-Type", "application/x-msgpack");
            call.sendResponseHeaders(200, refs.length);
            call.getResponseBody().write(refs);
            call.close();
        });
        silent.createContext("/dev/c/fetch", _ -> {
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        silent.start();
        try {
            String url = "http://127.0.0.1:" + silent.getAddress().getPort() + "/dev/c";
            Process stopped = cloning(url, "absent");
            stopped.destroy();
            stopped.waitFor();
            assertFalse(Files.exists(temp.resolve("absent")));
            Files.createDirectories(temp.resolve("empty"));
            Process inEmpty = cloning(url, "empty");
            inEmpty.destroy();
            inEmpty.waitFor();
            assertEquals(List.of(), List.of(temp.resolve("empty").toFile().list()));
            cloning(url, "killed").destroyForcibly().waitFor();
            assertTrue(Files.exists(temp.resolve("killed/.muse")));
        } finally {
            over.countDown();
            silent.stop(0);
        }
        at(temp, 0, "clone", hub.repository("c").toString(), "killed");
        assertFalse(Files.exists(temp.resolve("killed/.muse/musehub/cloning")));
        assertTrue(Files.exists(temp.resolve("killed/counter.txt")));
    }

    private Process cloning(String url, String target) throws IOException {
        Process process = Musehub.start(temp, Map.of("MUSE_TOKEN", TestHub.TOKEN), "clone", url, target);
        Await.until("the beginning of the clone", () -> Files.exists(temp.resolve(target + "/.muse/HEAD")));
        return process;
    }

    @Test
    void aPushSaysWhatItMadeAndDeletesOnlyABranchThatIsNamed() throws Exception {
        History history = History.line("p", 1);
        MuseRepository local = local("p", hub.repository("p").toString(), history);
        says(at(local.root(), 0, "push"), "1 commit, 1 snapshot, 2 objects",
                "created the private repository " + hub.repository("p"));
        history.commit("more", Map.of("more", "more"));
        write(local, history);
        says(at(local.root(), 0, "push"), "1 object (", "see " + hub.repository("p"));
        says(at(local.root(), 1, "push", "--delete", "origin"), "push --delete origin BRANCH");
    }

    @Test
    void afterDivergedBranchesTheAdviceIsWhatMuseCanDo() throws Exception {
        History history = History.line("d", 2);
        MuseRepository local = local("d", hub.repository("d").toString(), history);
        at(local.root(), 0, "push");
        Sha256 theirs = history.head();
        history.commit("fork", List.of(history.commits().getFirst().id()), Map.of("fork", "f"));
        write(local, history);
        String merge = "muse branch theirs " + theirs.hex() + "; muse merge theirs; musehub push";
        says(at(local.root(), 1, "push"), "musehub fetch; " + merge);
        says(at(local.root(), 1, "pull"), merge);
    }

    @Test
    void aDamagedAndAMissingObjectAreDownloadedAgain() throws Exception {
        History history = History.line("r", 3);
        MuseRepository local = local("r", hub.repository("r").toString(), history);
        at(local.root(), 0, "push");
        Iterator<Sha256> ids = history.objects().keySet().iterator();
        Files.delete(file(local, ids.next()));
        Files.write(file(local, ids.next()), new byte[] {1});
        Config.read(local.configFile()).setRemote("other", hub.repository("r2").toString());
        says(at(local.root(), 1, "push", "other"), "musehub fetch --repair");
        says(at(local.root(), 0, "fetch", "--repair"), "2 objects repaired");
        history.objects().forEach((id, bytes) -> assertArrayEquals(bytes, local.objects().read(id)));
        at(local.root(), 0, "push", "other");
    }

    private static Path file(MuseRepository local, Sha256 id) {
        return local.root().resolve(".muse/objects").resolve(id.hex().substring(0, 2)).resolve(id.hex().substring(2));
    }

    @Test
    void aFetchThatBringsOnlyATagDoesNotSayThatAllIsUpToDate() throws Exception {
        History history = History.line("t", 1);
        MuseRepository local = local("t", hub.repository("t").toString(), history);
        at(local.root(), 0, "push");
        at(temp, 0, "clone", hub.repository("t").toString(), "t-clone");
        new LabelFiles(local).tag(UUID.randomUUID(), history.head(), "v1", History.TIME);
        says(at(local.root(), 0, "push"), "1 tag or release sent");
        Musehub.Ended fetched = at(temp.resolve("t-clone"), 0, "fetch");
        says(fetched, "1 new label (tags and releases)");
        assertFalse(fetched.output().contains("up to date"), fetched.output());
        says(at(temp.resolve("t-clone"), 0, "fetch"), "Everything up to date");
    }

    /** Such characters turn the text behind them: a message could look like another one. */
    @Test
    void aMessageDoesNotTurnTheTextOfATerminal() throws Exception {
        History history = new History();
        history.commit("one \u202e two \u001b three", Map.of("a", "1"));
        MuseRepository local = local("turned", hub.repository("turned").toString(), history);
        Process log = Musehub.start(local.root(), Map.of("LC_ALL", "C.UTF-8"), "log");
        String said = new String(log.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(said.contains("one \uFFFD two \uFFFD three"), said);
    }

    @Test
    void aPushInSeveralRequestsCountsThemAll() throws Exception {
        HubOptions d = TestHub.DEFAULTS;
        Limits l = d.limits();
        Limits few = new Limits(l.objectsPerStream(), 5, l.objectBytes(), l.largeObjectBytes(), l.dictionaryBytes(),
                l.frameBytes(), l.packBytes(), l.manifestEntries(), l.bodyBytes(), l.idsPerRequest(), l.requestBytes());
        HubOptions options = new HubOptions(temp.resolve("small"), d.bind(), 0, Optional.of(TestDatabase.freshUrl()),
                d.binaries(), d.s3(), 10, "dev", Optional.of(TestHub.TOKEN), few, d.rates(), d.heartbeat(),
                d.idleRead(), d.drain(), d.operation());
        try (Hub small = Hub.start(options, System.out)) {
            URI url = URI.create(small.url() + "/dev/m");
            MuseRepository local = local("m", url.toString(), History.line("m", 12));
            says(at(local.root(), 0, "push"), "12 commits, 12 snapshots, 24 objects");
        }
    }
}
