package dev.musehub.client.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.cli.Meter;
import dev.musehub.client.hub.HubClient;
import dev.musehub.client.muse.Config;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.client.snapshots.Snapshot;
import dev.musehub.core.history.Commit;
import dev.musehub.core.history.Manifest;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.Lease;
import dev.musehub.core.wire.Limits;
import dev.musehub.testing.History;
import dev.musehub.testing.Musehub;
import dev.musehub.testing.Samples;
import dev.musehub.testing.TestHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The client against a hub: real repositories are pushed and cloned, and a branch is created, moved and deleted. */
@Tag("T8")
class EndToEndT8Test {

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
        assertFalse(hub.log().contains("fault"), hub.log());
        hub.close();
    }

    private static HubClient client(String slug) {
        return new HubClient(hub.repository(slug), Optional.of(TestHub.TOKEN));
    }

    private static Push.PushOutcome push(MuseRepository local, String slug, String branch, boolean force) {
        try (HubClient client = client(slug)) {
            return new Push(local, client, Meter.silent())
                    .run(new PushRequest("origin", branch, force, new Lease.None(), PushRequest.Way.EITHER,
                            Optional.empty()));
        }
    }

    private Path cloned(String slug) throws IOException, InterruptedException {
        Path target = temp.resolve(slug + "-clone");
        Musehub.Ended clone = Musehub.run(temp, TestHub.TOKEN, "clone", hub.repository(slug).toString(),
                target.toString());
        assertEquals(0, clone.exitCode(), clone.output());
        return target;
    }

    /** Relative path to content of every file below a directory. */
    private static Map<String, byte[]> files(Path directory) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        if (Files.isDirectory(directory)) {
            try (Stream<Path> all = Files.walk(directory)) {
                for (Path file : all.filter(Files::isRegularFile).toList()) {
                    files.put(directory.relativize(file).toString(), Files.readAllBytes(file));
                }
            }
        }
        return files;
    }

    private static void assertSame(Path expected, Path actual) throws IOException {
        Map<String, byte[]> left = files(expected);
        Map<String, byte[]> right = files(actual);
        assertEquals(left.keySet(), right.keySet());
        for (String name : left.keySet()) {
            assertArrayEquals(left.get(name), right.get(name), name);
        }
    }

    /** Hubs refuse such branches; of one that has them the rest can be had. */
    @Test
    void whatACloneCannotHoldIsLeftOutWithAWarning() throws IOException, InterruptedException {
        try (HubClient client = client("odd")) {
            History history = History.line("odd", 2);
            client.push((Frame.Header) history.push("main").getFirst(), out -> {
                for (Frame frame : history.push("main").subList(1, history.push("main").size())) {
                    out.write(frame);
                }
            }, Limits.DEFAULT, _ -> { });
        }
        for (String name : List.of("main/below", "\u00fc".repeat(200), "other")) {
            hub.sql("insert into branches (repo_id, name, head) select repo_id, '" + name + "', head from branches"
                    + " where name = 'main' and repo_id = (select id from repositories where slug = 'odd')");
        }
        Path target = temp.resolve("odd-clone");
        Musehub.Ended clone = Musehub.run(temp, TestHub.TOKEN, "clone", hub.repository("odd").toString(),
                target.toString());
        assertEquals(0, clone.exitCode(), clone.output());
        assertTrue(clone.output().contains("warning: branch 'main/below' is left out"), clone.output());
        assertEquals(List.of("main", "other"), List.copyOf(MuseRepository.open(target).heads().keySet()));
        hub.sql("update branches set name = 'other/one' where name = 'other'");
        Musehub.Ended fetch = Musehub.run(target, TestHub.TOKEN, "fetch");
        assertEquals(0, fetch.exitCode(), fetch.output());
        assertTrue(fetch.output().contains("branch 'other/one' is left out"), fetch.output());
    }

    @ParameterizedTest
    @CsvSource({"corpora-131, 40", "edge-cases, 7"})
    void everyBranchOfARealRepositoryComesBackByteForByte(String name, int branches)
            throws IOException, InterruptedException {
        Path origin = Samples.unpack(name, temp);
        MuseRepository local = MuseRepository.open(origin);
        assertEquals(branches, local.heads().size());
        for (String branch : local.heads().keySet()) {
            push(local, name, branch, false);
        }
        Path clone = cloned(name);
        for (String part : List.of("commits", "snapshots", "objects", "tags")) {
            assertSame(origin.resolve(".muse").resolve(part), clone.resolve(".muse").resolve(part));
        }
        MuseRepository copy = MuseRepository.open(clone);
        assertEquals(local.heads(), copy.heads());
        assertEquals(local.heads(), copy.remoteHeads("origin"));
        assertEquals(local.repoId(), copy.repoId());
        assertEquals(local.domain(), copy.domain());

        Commit head = copy.readCommit(copy.head(copy.currentBranch().orElseThrow()).orElseThrow());
        Manifest manifest = copy.readSnapshot(head.snapshotId()).manifest();
        Map<String, byte[]> tree = files(clone);
        tree.keySet().removeIf(path -> path.startsWith(".muse/"));
        assertEquals(manifest.size(), tree.size());
        for (int i = 0; i < manifest.size(); i++) {
            assertEquals(manifest.objectId(i), Sha256.of(tree.get(manifest.path(i))));
        }
    }

    private MuseRepository repository(String name) throws IOException {
        return MuseRepository.create(temp.resolve(name), "", "code", "main");
    }

    /** Writes a generated history into a local repository and sets a branch to its head. */
    private static void write(MuseRepository local, History history, String branch) {
        history.objects().forEach(local.objects()::write);
        for (Commit commit : history.commits()) {
            local.writeSnapshot(new Snapshot(commit.snapshotId(), history.manifestOf(commit.id()), History.TIME,
                    Optional.empty()));
            local.writeCommit(commit);
        }
        local.setHead(branch, history.head());
    }

    @Test
    void aSecondPushSendsNothingAndOneMoreCommitOnlyItsObjects() throws IOException {
        MuseRepository local = repository("a");
        History history = History.line("a", 20);
        write(local, history, "main");
        assertEquals(history.objects().size(), push(local, "a", "main", false).objects());
        assertEquals(Optional.empty(), push(local, "a", "main", false).result());
        history.commit("one more", Map.of("new.txt", "something new", "counter.txt", "a 19"));
        write(local, history, "main");
        Push.PushOutcome more = push(local, "a", "main", false);
        assertEquals(1, more.objects());
        assertEquals(1, more.result().orElseThrow().commits());
    }

    @Test
    void aDivergedPushIsRefusedWithBothHeadsAndForceReplacesIt() throws IOException, InterruptedException {
        MuseRepository local = repository("b");
        History history = History.line("b", 3);
        write(local, history, "main");
        push(local, "b", "main", false);
        Sha256 old = history.head();
        Commit fork = history.commit("fork", List.of(history.commits().getFirst().id()), Map.of("fork", "f"));
        write(local, history, "main");

        Config.read(local.configFile()).setRemote("origin", hub.repository("b").toString());
        Musehub.Ended refused = Musehub.run(local.root(), TestHub.TOKEN, "push");
        assertEquals(1, refused.exitCode(), refused.output());
        assertTrue(refused.output().contains(old.hex()), refused.output());
        assertTrue(refused.output().contains(fork.id().hex().substring(0, 12)), refused.output());
        Musehub.Ended json = Musehub.run(local.root(), TestHub.TOKEN, "push", "--json");
        assertTrue(json.output().contains("\"actual\":\"" + old) && json.output().contains("\"head\":\"" + fork.id()),
                json.output());
        try (HubClient client = client("b")) {
            assertEquals(old, client.refs().heads().get("main"));
            assertEquals(Optional.of(old), push(local, "b", "main", true).result().orElseThrow().old());
            assertEquals(fork.id(), client.refs().heads().get("main"));
        }
    }

    @Test
    void pullMovesForwardAndSaysWhereItCannot() throws IOException, InterruptedException {
        MuseRepository local = repository("c");
        History history = History.line("c", 2);
        write(local, history, "main");
        push(local, "c", "main", false);
        Path clone = cloned("c");
        history.commit("ahead", Map.of("ahead.txt", "ahead"));
        write(local, history, "main");
        push(local, "c", "main", false);

        Files.writeString(clone.resolve("ahead.txt"), "in the way");
        Musehub.Ended blocked = Musehub.run(clone, TestHub.TOKEN, "pull");
        assertEquals(1, blocked.exitCode(), blocked.output());
        assertEquals("in the way", Files.readString(clone.resolve("ahead.txt")));
        Files.delete(clone.resolve("ahead.txt"));
        Musehub.Ended pulled = Musehub.run(clone, TestHub.TOKEN, "pull");
        assertEquals(0, pulled.exitCode(), pulled.output());
        assertEquals("ahead", Files.readString(clone.resolve("ahead.txt")));

        MuseRepository copy = MuseRepository.open(clone);
        assertEquals(Optional.of(history.head()), copy.head("main"));
        History theirs = History.line("theirs", 1);
        write(copy, theirs, "main");
        Musehub.Ended diverged = Musehub.run(clone, TestHub.TOKEN, "pull");
        assertEquals(1, diverged.exitCode(), diverged.output());
        assertTrue(diverged.output().contains("diverged"), diverged.output());
        assertEquals(Optional.of(theirs.head()), copy.head("main"));
    }

    @Test
    void aHubThatLostTrackOfObjectsIsOfferedThemAll() throws IOException {
        MuseRepository local = repository("d");
        History history = History.line("d", 3);
        write(local, history, "main");
        push(local, "d", "main", false);
        // As if a repair had dropped an object that a new snapshot inherits without naming it.
        Sha256 inherited = history.manifestOf(history.head()).get("src/file0.txt").orElseThrow();
        hub.sql("alter table snapshot_objects disable trigger all");
        hub.sql("alter table repository_objects disable trigger all");
        hub.sql("delete from repository_objects where object_id = '\\x" + inherited.hex() + "'");
        hub.sql("alter table repository_objects enable trigger all");
        hub.sql("alter table snapshot_objects enable trigger all");
        history.commit("moved", Map.of("copy.txt", "d file 0"));
        write(local, history, "main");
        push(local, "d", "main", false);
        try (HubClient client = client("d")) {
            assertEquals(java.util.Set.of(inherited), client.stored(List.of(inherited)));
        }
    }

    @Test
    void whatTheHubDoesNotHaveIsSaidPlainly() throws IOException, InterruptedException {
        Musehub.Ended clone = Musehub.run(temp, TestHub.TOKEN, "clone", hub.repository("absent").toString(), "x");
        assertEquals(4, clone.exitCode(), clone.output());
        assertFalse(Files.exists(temp.resolve("x")));
        Musehub.Ended stranger = Musehub.run(temp, "no such token", "clone", hub.repository("a").toString(), "x");
        assertEquals(1, stranger.exitCode(), stranger.output());
        Musehub.Ended nobody = Musehub.run(temp, TestHub.TOKEN, "clone", "http://127.0.0.1:9/dev/x", "x");
        assertEquals(5, nobody.exitCode(), nobody.output());
        Musehub.Ended nowhere = Musehub.run(temp, TestHub.TOKEN, "push");
        assertEquals(2, nowhere.exitCode(), nowhere.output());
    }

    @Test
    void aHubKilledAtOnceStartsAgainWithEverythingItAcknowledged() throws Exception {
        Path hubData = temp.resolve("hub");
        MuseRepository local = repository("e");
        History history = History.line("e", 30);
        write(local, history, "main");
        try (Musehub.Serving first = new Musehub.Serving(hubData, temp)) {
            assertThrows(IOException.class, () -> new Musehub.Serving(hubData, temp), "two hubs on one directory");
            Config.read(local.configFile()).setRemote("origin", first.repository("e"));
            assertEquals(0, Musehub.run(local.root(), TestHub.TOKEN, "push").exitCode());
            first.kill();
        }
        try (Musehub.Serving second = new Musehub.Serving(hubData, temp)) {
            Musehub.Ended clone = Musehub.run(temp, TestHub.TOKEN, "clone", second.repository("e"), "e-clone");
            assertEquals(0, clone.exitCode(), clone.output());
            assertSame(local.root().resolve(".muse/objects"), temp.resolve("e-clone/.muse/objects"));
            assertSame(local.root().resolve(".muse/commits"), temp.resolve("e-clone/.muse/commits"));
        }
        assertFalse(Files.exists(hubData.resolve("postgres/data/postmaster.pid")), "PostgreSQL was stopped cleanly");
    }

    @Test
    void aRefusalEndsTheSendingOfALargePush() throws IOException {
        MuseRepository local = repository("f");
        History history = History.line("f", 2);
        write(local, history, "main");
        push(local, "f", "main", false);
        hub.sql("update repositories set quota_bytes = 1000 where slug = 'f'");
        StringBuilder large = new StringBuilder();
        new java.util.Random(1).ints(2_000_000, 'a', 'z').forEach(c -> large.append((char) c));
        history.commit("large", Map.of("large.txt", large.toString()));
        write(local, history, "main");
        Problem refused = assertThrows(Problem.class, () -> push(local, "f", "main", false));
        assertEquals(Problem.Code.QUOTA_EXCEEDED, refused.code());
        assertEquals(1000, refused.details().integer("limit", 0));
    }

    @Test
    void aHeaderAloneMovesABranchToACommitTheHubHas() throws IOException {
        MuseRepository local = repository("g");
        History history = History.line("g", 3);
        write(local, history, "main");
        push(local, "g", "main", false);
        local.setHead("side", history.commits().getFirst().id());
        Frame.Result result = push(local, "g", "side", false).result().orElseThrow();
        assertEquals(0, result.commits());
        try (HubClient client = client("g")) {
            assertEquals(history.commits().getFirst().id(), client.refs().heads().get("side"));
            assertEquals(history.commits().getFirst().id(), client.deleteBranch("side"));
            assertFalse(client.refs().heads().containsKey("side"));
        }
    }
}
