package dev.musehub.client.muse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.electronwill.nightconfig.core.UnmodifiableConfig;
import com.electronwill.nightconfig.toml.TomlParser;
import dev.musehub.cli.Meter;
import dev.musehub.client.commands.BranchesOfClone;
import dev.musehub.core.history.Commit;
import dev.musehub.core.history.Manifest;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.testing.History;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of the client: repository, working tree, configuration and tokens. */
@Tag("T1")
class LocalFilesT1Test {

    @TempDir
    private Path temp;
    private MuseRepository repository;

    @BeforeEach
    void create() throws IOException {
        repository = MuseRepository.create(temp.resolve("repo"), "", "code", "main");
    }

    @Test
    void aNewRepositoryHasAnUnbornBranchAndIsFoundFromBelow() throws IOException {
        Path deep = Files.createDirectories(repository.root().resolve("a/b"));
        MuseRepository found = MuseRepository.find(deep);
        assertEquals(Optional.of("main"), found.currentBranch());
        assertEquals(Optional.empty(), found.head("main"));
        assertEquals(Map.of(), found.heads());
        assertEquals(0, Files.size(found.root().resolve(".muse/refs/heads/main")));
    }

    @Test
    void noRepositoryIsSaidWithExitCodeTwo() {
        Problem refused = assertThrows(Problem.class, () -> MuseRepository.find(temp));
        assertEquals(2, dev.musehub.cli.ExitCode.of(refused.code()));
    }

    @Test
    void aDetachedHeadHasNoBranchAndNonsenseIsRefused() throws IOException {
        Path head = repository.root().resolve(".muse/HEAD");
        Files.writeString(head, "commit: " + "a".repeat(64) + "\n");
        assertEquals(Optional.empty(), repository.currentBranch());
        Files.writeString(head, "ref: refs/heads/../../x\n");
        assertThrows(Problem.class, repository::currentBranch);
        Files.writeString(head, "what");
        assertThrows(Problem.class, repository::currentBranch);
    }

    @Test
    void branchesWithSlashesAreFoundAndConflictsWithFilesAreSaid() {
        Sha256 id = Sha256.of(new byte[0]);
        repository.setHead("feature/deep/x", id);
        assertEquals(Map.of("feature/deep/x", id), repository.heads());
        assertEquals(Problem.Code.CONFLICT,
                assertThrows(Problem.class, () -> repository.setHead("feature/deep", id)).code());
    }

    @Test
    void ofBranchesThatExcludeEachOtherTheFirstIsKept() {
        List<String> skipped = new ArrayList<>();
        assertEquals(Set.of("main", "a/b/c", "ab"), BranchesOfClone.storable(List.of("main", "main/x", "a/b/c", "a/b", "a",
                "a/b/c/d", "ab", "\u00fc".repeat(128), "../x"), skipped::add));
        assertEquals(6, skipped.size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../x", "a/../../b", "/etc/passwd", "a\0b", "", "a/./b", "..", "a\\b"})
    void hostileBranchNamesNeverBecomePaths(String name) {
        assertEquals(Problem.Code.INVALID_BRANCH, assertThrows(Problem.class,
                () -> repository.setHead(name, Sha256.of(new byte[0]))).code());
        assertThrows(Problem.class, () -> repository.setRemoteHead("origin", name, Sha256.of(new byte[0])));
    }

    @Test
    void aDamagedCommitFileIsReportedAndReplacedWhenTheCommitArrivesAgain() throws IOException {
        Commit commit = new History().commit("m", Map.of("a", "b"));
        repository.writeCommit(commit);
        Path file = repository.root().resolve(".muse/commits/" + commit.id().hex() + ".json");
        Files.writeString(file, Files.readString(file).substring(0, 100));
        assertEquals(Problem.Code.DAMAGED_REPOSITORY,
                assertThrows(Problem.class, () -> repository.readCommit(commit.id())).code());
        repository.writeCommit(commit);
        assertEquals(commit, repository.readCommit(commit.id()));
    }

    @Test
    void aForgedCommitFileIsNotBelieved() throws IOException {
        Commit commit = new History().commit("m", Map.of("a", "b"));
        repository.writeCommit(commit);
        Path file = repository.root().resolve(".muse/commits/" + commit.id().hex() + ".json");
        Files.writeString(file, Files.readString(file).replace("\"message\": \"m\"", "\"message\": \"n\""));
        assertThrows(Problem.class, () -> repository.readCommit(commit.id()));
    }

    @Test
    void objectsAreVerifiedAndPrivateAndEmptyOnesAreKept() throws IOException {
        Sha256 empty = Sha256.of(new byte[0]);
        repository.objects().write(empty, new byte[0]);
        assertTrue(repository.objects().has(empty));
        assertThrows(Problem.class, () -> repository.objects().write(empty, new byte[1]));
        Path file = repository.root().resolve(".muse/objects/" + empty.hex().substring(0, 2) + "/"
                + empty.hex().substring(2));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        Files.writeString(file, "x");
        assertThrows(Problem.class, () -> repository.objects().read(empty));
    }

    // Working tree

    private Manifest manifest(Map<String, String> files) {
        Map<String, Sha256> entries = new TreeMap<>();
        files.forEach((path, text) -> {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            repository.objects().write(Sha256.of(bytes), bytes);
            entries.put(path, Sha256.of(bytes));
        });
        return Manifest.of(entries);
    }

    private void update(Manifest from, Manifest to) throws IOException {
        new WorkingTree(repository).update(from, to, Meter.silent());
    }

    @Test
    void anUpdateWritesRemovesAndTidiesUp() throws IOException {
        Manifest one = manifest(Map.of("a", "1", "d/e/f", "2"));
        update(Manifest.EMPTY, one);
        Manifest two = manifest(Map.of("a", "changed", "new", "3"));
        update(one, two);
        assertEquals("changed", Files.readString(repository.root().resolve("a")));
        assertEquals("3", Files.readString(repository.root().resolve("new")));
        assertFalse(Files.exists(repository.root().resolve("d")));
    }

    @Test
    void whatTheUserChangedIsNeverOverwritten() throws IOException {
        Manifest one = manifest(Map.of("a", "1", "b", "1"));
        update(Manifest.EMPTY, one);
        Files.writeString(repository.root().resolve("b"), "mine");
        Files.writeString(repository.root().resolve("new"), "mine too");
        Manifest two = manifest(Map.of("a", "2", "b", "2", "new", "theirs"));
        Problem refused = assertThrows(Problem.class, () -> update(one, two));
        assertEquals(Problem.Code.CONFLICT, refused.code());
        assertEquals(2, refused.details().list("paths").size());
        assertEquals("1", Files.readString(repository.root().resolve("a")), "nothing may have changed");
    }

    @Test
    void nothingIsWrittenThroughASymbolicLink() throws IOException {
        Path outside = Files.createDirectory(temp.resolve("outside"));
        Files.createSymbolicLink(repository.root().resolve("link"), outside);
        Manifest m = manifest(Map.of("link/x", "gotcha"));
        assertEquals(Problem.Code.CONFLICT, assertThrows(Problem.class, () -> update(Manifest.EMPTY, m)).code());
        assertFalse(Files.exists(outside.resolve("x")));
    }

    @Test
    void aManifestThatEntersMuseOrLeavesTheTreeWritesNothing() {
        for (String path : new String[] {".muse/HEAD", "../x", "/tmp/x"}) {
            Manifest m = manifest(Map.of("fine", "1", path, "2"));
            assertEquals(Problem.Code.INVALID_PATH, assertThrows(Problem.class, () -> update(Manifest.EMPTY, m))
                    .code());
            assertFalse(Files.exists(repository.root().resolve("fine")));
        }
    }

    @Test
    void whatNoFileCanBeIsLeftOutAndTheRestIsWritten() throws IOException {
        Manifest m = manifest(Map.of("a", "1", "a/b", "2", "a!", "3", "\u00fc".repeat(128) + "/c", "4"));
        update(Manifest.EMPTY, m);
        assertEquals("2", Files.readString(repository.root().resolve("a/b")));
        assertEquals("3", Files.readString(repository.root().resolve("a!")));
        update(m, manifest(Map.of("a!", "4")));
        assertFalse(Files.exists(repository.root().resolve("a")));
    }

    /** What git runs of itself, a stranger's repository must not bring. */
    @Test
    void noFileOfGitIsWrittenNorRemoved() throws IOException {
        Manifest m = manifest(Map.of(".git/config", "1", "sub/.GIT/hooks/pre-commit", "2", ".git", "5", "a", "3",
                ".gitignore", "4"));
        update(Manifest.EMPTY, m);
        assertEquals("3", Files.readString(repository.root().resolve("a")));
        assertEquals("4", Files.readString(repository.root().resolve(".gitignore")));
        assertFalse(Files.exists(repository.root().resolve(".git")));
        assertFalse(Files.exists(repository.root().resolve("sub")));
        Files.createDirectory(repository.root().resolve(".git"));
        Files.writeString(repository.root().resolve(".git/config"), "1");
        update(m, Manifest.EMPTY);
        assertTrue(Files.exists(repository.root().resolve(".git/config")));
    }

    // Configuration and tokens

    @Test
    void remotesAreWrittenAsMuseDoesAndOtherTablesStay() throws IOException {
        Path file = repository.configFile();
        Files.writeString(file, "[user]\nname = \"Ann \\\"A\\\"\"\nemail = \"\"\n\n[mine]\nkey = \"v\"\n");
        Config.read(file).setRemote("origin", "http://127.0.0.1/a/b");
        Config.read(file).setUpstream("origin", "main");
        assertEquals("[user]\nname = \"Ann \\\"A\\\"\"\n\n[remotes.origin]\nurl = \"http://127.0.0.1/a/b\"\n"
                + "branch = \"main\"\n\n[mine]\nkey = \"v\"\n", Files.readString(file));
        Config.read(file).removeRemote("origin");
        assertEquals(Map.of(), Config.read(file).remotes());
        assertThrows(Problem.class, () -> Config.read(file).remote("origin"));
        assertThrows(Problem.class, () -> Config.checkRemote("../x"));
    }

    @Test
    void tokensArePrivateAndFoundByHost() throws IOException {
        Identity identity = new Identity(temp.resolve("home"));
        identity.store(URI.create("https://Hub.Example:8443/ann/x"), "Ann", "t1");
        identity.store(URI.create("http://127.0.0.1:1337"), "", "t2");
        Path file = temp.resolve("home/.muse/identity.toml");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())));
        assertEquals(Optional.of("t1"), identity.tokenFor(URI.create("https://hub.example:8443/other/y")));
        assertEquals(Optional.of("t2"), identity.tokenFor(URI.create("http://127.0.0.1:1337/dev/x")));
        assertEquals(Optional.empty(), identity.tokenFor(URI.create("https://hub.example/x/y")));
    }

    /** Python's tomllib is what Muse reads with; the values here are those of the TOML specification. */
    @Test
    void valuesThatAreNoTextSurviveAChange() throws IOException {
        String table = """
                flag = true
                number = -3
                large = 9223372036854775807
                real = 1.5
                endless = inf
                at = 2026-03-16T12:00:00Z
                day = 2026-03-16
                time = 12:00:00
                list = [1, 2, 3]
                texts = ["a\\"b", "c"]
                nested = [[1], ["x", true]]
                maps = [{a = 1}, {b = "x"}]
                nothing = []
                """;
        String deep = "\"a.b\" = 1\n[other.\"x.y\".z]\nk = 2\n";
        Path home = temp.resolve("home");
        Path file = Files.createDirectories(home.resolve(".muse")).resolve("identity.toml");
        Files.writeString(file, "[\"hub.example\"]\n" + table + "token = \"old\"\n[other]\n" + deep);
        Object before = parsed(file);
        new Identity(home).store(URI.create("https://hub.example"), "", "new");
        assertEquals(before.toString().replace("token=old", "token=new"),
                parsed(file).toString().replace(", type=human", ""));
        Path config = temp.resolve("config.toml");
        Files.writeString(config, "[hub]\n" + table + "[other]\n" + deep);
        before = parsed(config);
        Config.read(config).setRemote("origin", "http://h/a/b");
        Config.read(config).removeRemote("origin");
        assertEquals(before.toString(), parsed(config).toString());
    }

    /** All values as maps and lists, sorted. */
    private static Object parsed(Path file) throws IOException {
        return plain(new TomlParser().parse(Files.readString(file)));
    }

    private static Object plain(Object value) {
        return switch (value) {
            case UnmodifiableConfig table -> new TreeMap<>(table.entrySet().stream().collect(Collectors.toMap(
                    UnmodifiableConfig.Entry::getKey, entry -> plain(entry.getValue()))));
            case List<?> list -> list.stream().map(LocalFilesT1Test::plain).toList();
            default -> value;
        };
    }

    @Test
    void aTokenNeverTravelsInTheClear() throws IOException {
        Identity identity = new Identity(temp.resolve("home"));
        identity.store(URI.create("https://hub.example"), "", "t");
        assertEquals(Problem.Code.INSECURE, assertThrows(Problem.class,
                () -> identity.tokenFor(URI.create("http://hub.example/a/b"))).code());
    }

    @Test
    void aTokenFileThatIsALinkIsRefused() throws IOException {
        Path dir = Files.createDirectories(temp.resolve("home/.muse"));
        Files.createSymbolicLink(dir.resolve("identity.toml"), temp.resolve("elsewhere"));
        assertThrows(Problem.class, () -> new Identity(temp.resolve("home")).tokenFor(URI.create("https://h.example")));
    }
}
