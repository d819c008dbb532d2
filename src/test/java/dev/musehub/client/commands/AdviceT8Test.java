package dev.musehub.client.commands;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.musehub.client.muse.Config;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.client.snapshots.Snapshot;
import dev.musehub.client.transfer.LabelFiles;
import dev.musehub.core.history.Commit;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.wire.Limits;
import dev.musehub.json.JsonValues;
import dev.musehub.repositories.PushRows;
import dev.musehub.repositories.PushRows.PushRecord;
import dev.musehub.server.Hub;
import dev.musehub.server.HubOptions;
import dev.musehub.smoke.ChildProcesses;
import dev.musehub.testing.Await;
import dev.musehub.testing.GitFixture;
import dev.musehub.testing.History;
import dev.musehub.testing.Musehub;
import dev.musehub.testing.PushFixture;
import dev.musehub.testing.TestDatabase;
import dev.musehub.testing.TestHub;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
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

    @Test
    void aCloneThatBeginsOnAnotherBranchThanTheDefaultOneSaysSo() throws IOException, InterruptedException {
        History history = History.line("elsewhere", 2);
        hub.send("POST", "/dev/elsewhere/push/stream", "Authorization: Bearer " + TestHub.TOKEN + "\r\n",
                History.bytes(history.push("work")));
        hub.sql("update repositories set default_branch = 'gone' where slug = 'elsewhere'");
        says(at(temp, 0, "clone", hub.repository("elsewhere").toString(), "copy"), "default branch 'gone'", "'work'");
        says(at(temp, 0, "clone", "--json", hub.repository("elsewhere").toString(), "again"), "\"directory\"");
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
        return atHome(temp, "login", hubUrl, "--token", token);
    }

    /** Runs a command with a home directory of its own. */
    private Musehub.Ended atHome(Path directory, String... command) throws IOException, InterruptedException {
        Process process = Musehub.start(directory, Map.of("HOME", temp.toString(), "MUSE_TOKEN", TestHub.TOKEN), command);
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
    void messagesNameACommitByItsFirstDigitsAndProgramsGetAllOfThem() throws Exception {
        History history = History.line("i", 2);
        MuseRepository local = local("i", hub.repository("i").toString(), history);
        Sha256 old = history.head();
        at(local.root(), 0, "push");
        Musehub.Ended same = at(local.root(), 0, "push");
        says(same, "main is at " + old.hex().substring(0, 12));
        assertFalse(same.output().contains(old.hex()), same.output());
        Commit fork = history.commit("fork", List.of(history.commits().getFirst().id()), Map.of("fork", "f"));
        write(local, history);
        Musehub.Ended refused = at(local.root(), 1, "push");
        says(refused, "is at " + old.hex().substring(0, 12) + ",", fork.id().hex().substring(0, 12));
        assertFalse(refused.output().contains("sha256:") || refused.output().contains(fork.id().hex()),
                refused.output());
        says(at(local.root(), 1, "push", "--json"), "\"message\":\"branch 'main' is at " + old);
        says(at(local.root(), 0, "push", "--force"), "main " + old.hex().substring(0, 12) + " -> "
                + fork.id().hex().substring(0, 12) + " (forced):");
        history.commit("more", Map.of("more", "m"));
        write(local, history);
        assertFalse(at(local.root(), 0, "push", "--force").output().contains("(forced)"), "nothing was lost");
    }

    @Test
    void whatIsEmptyIsSaidInWords() throws Exception {
        MuseRepository local = local("e", hub.repository("e").toString(), History.line("e", 1));
        at(local.root(), 0, "push");
        String url = hub.repository("e").toString();
        says(at(temp, 4, "repo", "reflog", url, "nobranch"), "no branch 'nobranch'");
        says(at(temp, 0, "key", "list", hub.hub().url()), "no keys", "key add");
        atHome(temp, "key", "add", hub.hub().url());
        MuseRepository unsigned = local("u", hub.repository("u").toString(), History.line("u", 1));
        says(atHome(unsigned.root(), "sign"), "1 commit signed, 0 were signed already");
        History late = new History();
        late.commit("\n\nA late title", Map.of("a", "b"));
        says(at(local("l", url, late).root(), 0, "log", "--oneline"), "A late title");
        Config.read(local.configFile()).removeRemote("origin");
        says(at(local.root(), 0, "remote", "list"), "no remotes", "remote add");
        says(at(temp, 4, "repo", "show", hub.hub().url() + "/dev/has%20space"), "'has space' is no name");
    }

    @Test
    void aFailureOfAFileIsToldInWordsAndOutputThatIsLostIsAFailure() throws Exception {
        MuseRepository local = local("w", hub.repository("w").toString(), History.line("w", 2));
        Path full = Path.of("/dev/full");
        Assumptions.assumeTrue(Files.exists(full), "no /dev/full");
        Process log = new ProcessBuilder(ChildProcesses.java(List.of(), "log")).directory(local.root().toFile())
                .redirectOutput(full.toFile()).start();
        String said = new String(log.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(1, log.waitFor());
        assertTrue(said.contains("No space left"), said);
        Files.delete(local.configFile());
        Files.createDirectory(local.configFile());
        Musehub.Ended ended = at(local.root(), 1, "remote", "list");
        assertFalse(ended.output().contains("java."), ended.output());
    }

    @Test
    void anImportNamesTheHubsThatAreKnown() throws Exception {
        GitFixture git = new GitFixture(temp.resolve("g"));
        git.commit("one", "main", "one", GitFixture.files("f", "1")).done();
        for (int hubs = 0; hubs < 3; hubs++) {
            if (hubs > 0) {
                Files.writeString(Files.createDirectories(temp.resolve("home/.muse")).resolve("identity.toml"),
                        "[\"hub" + hubs + ".example\"]\ntoken = \"t\"\n", StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            }
            Process process = Musehub.start(temp, Map.of("HOME", temp.resolve("home").toString()), "import-git",
                    git.gitDir().toString(), "out" + hubs);
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, process.waitFor(), said);
            assertEquals(hubs == 0, said.contains(":1337"), said);
            assertEquals(hubs > 0, said.contains("origin https://hub1.example/dev/g"), said);
            assertEquals(hubs > 1, said.contains("https://hub2.example"), said);
        }
    }

    @Test
    void whatAProxyRefusesIsToldWithItsSetting() throws Exception {
        History history = History.line("x", 1);
        MuseRepository local = local("x", hub.repository("x").toString(), history);
        at(local.root(), 0, "push");
        byte[] refs = hub.send("GET", "/dev/x/refs", "Authorization: Bearer " + TestHub.TOKEN
                + "\r\nAccept: application/x-msgpack\r\n", new byte[0]).body();
        for (int status : List.of(413, 502, 418)) {
            HttpServer proxy = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
            proxy.createContext("/", call -> {
                boolean asked = call.getRequestURI().getPath().endsWith("/refs");
                call.getRequestBody().readAllBytes();
                call.getResponseHeaders().add("Content-Type", asked ? "application/x-msgpack" : "text/html");
                call.sendResponseHeaders(asked ? 200 : status, asked ? refs.length : -1);
                call.getResponseBody().write(asked ? refs : new byte[0]);
                call.close();
            });
            proxy.start();
            try {
                String url = "http://127.0.0.1:" + proxy.getAddress().getPort() + "/dev/x";
                Config.read(local.configFile()).setRemote("proxied", url);
                history.commit("more " + status, Map.of("more", "m" + status));
                write(local, history);
                Musehub.Ended ended = at(local.root(), 5, "push", "proxied");
                says(ended, "musehub doctor " + url, status == 413 ? "client_max_body_size" : "answers " + status);
                assertEquals(status == 502, ended.output().contains("cannot reach the hub"), ended.output());
            } finally {
                proxy.stop(0);
            }
        }
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

    /** The milliseconds of each phase of so many requests, as the hub has recorded them. */
    private static Map<String, Double> phases(Hub hub, String slug, int requests) {
        List<PushRecord> pushes = Await.until("the record of the requests", () -> {
            try (Connection c = hub.pool().acquire("test")) {
                return PushRows.latest(c, PushFixture.find(c, "dev", slug).orElseThrow().id(), 100);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }, found -> found.size() == requests);
        Map<String, Double> phases = new TreeMap<>();
        pushes.forEach(push -> push.phases().forEach((phase, millis) -> phases.merge(phase, millis, Double::sum)));
        return phases;
    }

    @Test
    void aPushInSeveralRequestsCountsThemAll() throws Exception {
        HubOptions d = TestHub.DEFAULTS;
        Limits l = d.limits();
        Limits few = new Limits(l.objectsPerStream(), 5, l.objectBytes(), l.largeObjectBytes(), l.batchBytes(),
                l.frameBytes(), l.packBytes(), l.manifestEntries(), l.bodyBytes(), l.idsPerRequest(), l.requestBytes());
        HubOptions options = new HubOptions(temp.resolve("small"), d.bind(), 0, Optional.of(TestDatabase.freshUrl()),
                d.binaries(), d.s3(), 10, "dev", Optional.of(TestHub.TOKEN), few, d.rates(), d.heartbeat(),
                d.idleRead(), d.drain(), d.operation());
        try (Hub small = Hub.start(options, System.out)) {
            URI url = URI.create(small.url() + "/dev/m");
            MuseRepository local = local("m", url.toString(), History.line("m", 12));
            says(at(local.root(), 0, "push"), "12 commits, 12 snapshots, 24 objects");
            MuseRepository other = local("n", small.url() + "/dev/n", History.line("n", 12));
            Value.Dict pushed = JsonValues.decode(at(other.root(), 0, "push", "--json").output()
                    .getBytes(StandardCharsets.UTF_8)).asDict("answer");
            Map<String, Value> timing = new TreeMap<>(pushed.dict("timing").entries());
            Map<String, Double> recorded = phases(small, "n", 3);
            assertEquals(recorded.keySet(), timing.keySet());
            recorded.forEach((phase, millis) ->
                    assertEquals(millis, ((Value.Real) timing.get(phase)).value(), 0.01, phase));
        }
    }
}
