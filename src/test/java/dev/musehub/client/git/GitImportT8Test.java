package dev.musehub.client.git;

import static dev.musehub.testing.GitFixture.files;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.client.muse.Config;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.client.transfer.LabelFiles;
import dev.musehub.core.history.Commit;
import dev.musehub.core.history.Ids;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.store.DiskStore;
import dev.musehub.ops.Collect;
import dev.musehub.testing.Await;
import dev.musehub.testing.GitFixture;
import dev.musehub.testing.Musehub;
import dev.musehub.testing.Samples;
import dev.musehub.testing.TestHub;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code import-git} with repositories that the git of the system made. */
@Tag("T8")
class GitImportT8Test {

    private static final String POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0".repeat(64)
            + "\nsize 5\n";

    @TempDir
    private Path temp;

    private Musehub.Ended musehub(String... arguments) throws IOException, InterruptedException {
        return Musehub.run(temp, "", arguments);
    }

    private String imported(Path git, String target, String... more) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("import-git", git.toString(), target));
        arguments.addAll(List.of(more));
        Musehub.Ended ended = musehub(arguments.toArray(String[]::new));
        assertEquals(0, ended.exitCode(), ended.output());
        return ended.output();
    }

    private MuseRepository repository(String target) {
        return MuseRepository.open(temp.resolve(target));
    }

    /** A history with all things that Muse cannot take over unchanged. */
    private GitFixture strange() {
        return new GitFixture(temp.resolve("strange.git"))
                .commit("root", "main", "first\n\nbody\n\n",
                        files("a.txt", "1", "dir/b", "2", "dir.c", "3", "empty", ""))
                .commit("odd", "main", "odd paths \uD83D\uDE00", files("\uD83D\uDE00/x", "4", "\uFB00/x", "5",
                        "run.sh", "100755:#!/bin/sh\n", "link", "120000:a.txt", "sub", "160000:" + "1".repeat(40),
                        "build/out", "6", "deep/.env.local", "7", "k.pem", "8", "lfs.bin", POINTER), "root")
                .commit("same", "main", "nothing changed", files(), "odd")
                .commit("latin", "main", "J\uFFFDrg", files("a.txt", "9"), "same")
                .commit("left", "left", "A", files("l", "l"), "root")
                .commit("right", "right", "B", files("r", "r"), "root")
                .commit("merge", "main", "A U", "merge".getBytes(StandardCharsets.UTF_8), "", files("l", "l", "r", "r"),
                        "latin", "left", "right")
                .commit("encoded", "main", "Thor", "caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1),
                        "encoding ISO-8859-1\n", files("a.txt", null), "merge")
                .tag("v1", "odd").done();
    }

    /** The sample was made from {@link #strange}; a change there needs a new sample. */
    @Test
    void aHistoryBecomesTheSameBytesAsWithTheIndependentConverter() throws IOException, InterruptedException {
        imported(strange().gitDir(), "ours");
        MuseRepository ours = repository("ours");
        Samples.unpack("git-import", temp);
        MuseRepository theirs = repository("git-import");
        assertEquals(theirs.head("main"), ours.head("main"));
        for (String part : List.of("objects", "snapshots", "commits")) {
            assertSame(temp.resolve("git-import/.muse").resolve(part), temp.resolve("ours/.muse").resolve(part));
        }
        assertEquals(content(temp.resolve("git-import/.muse/tags")).keySet(), content(temp.resolve("ours/.muse/tags"))
                .keySet());
    }

    private static Map<String, byte[]> content(Path directory) throws IOException {
        Map<String, byte[]> content = new TreeMap<>();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                content.put(directory.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        return content;
    }

    private static void assertSame(Path expected, Path actual) throws IOException {
        Map<String, byte[]> left = content(expected);
        Map<String, byte[]> right = content(actual);
        assertEquals(left.keySet(), right.keySet());
        left.forEach((name, bytes) -> assertArrayEquals(bytes, right.get(name), name));
    }

    @Test
    void whatCannotComeAlongIsSaidAndTheFilesAreWritten() throws IOException, InterruptedException {
        String said = imported(strange().gitDir(), "out");
        for (String line : List.of("3 branches, 1 new tag in", "1 symbolic link, e.g. link", "1 submodule, e.g. sub",
                "1 executable bit (the files are there), e.g. run.sh", "1 parent of merges, after the second",
                "3 paths that Muse never records", "pointers of Git LFS, as git has them: 1 file;", "remote add origin",
                "push -u")) {
            assertTrue(said.contains(line), () -> "'" + line + "' in\n" + said);
        }
        MuseRepository out = repository("out");
        Commit head = out.readCommit(out.head("main").orElseThrow());
        assertEquals("caf\u00e9", head.message());
        assertEquals("Thor", head.author());
        Commit merge = out.readCommit(head.parent1().orElseThrow());
        assertEquals(out.head("left"), merge.parent2());
        assertEquals("2026-02-02T02:47:00+00:00", merge.committedAt());
        assertEquals(POINTER, Files.readString(temp.resolve("out/lfs.bin")));
        assertFalse(Files.exists(temp.resolve("out/a.txt")));
    }

    @Test
    void anotherRunBringsWhatIsNewAndLeavesWhatIsYours() throws IOException, InterruptedException {
        GitFixture git = strange();
        imported(git.gitDir(), "out");
        MuseRepository out = repository("out");
        Sha256 before = out.head("main").orElseThrow();
        Sha256 oldRight = out.head("right").orElseThrow();
        // A user commits on the imported branch "left", and git gets new commits on all branches.
        Commit base = out.readCommit(out.head("left").orElseThrow());
        Commit mine = mine(base);
        out.writeCommit(mine);
        out.setHead("left", mine.id());
        git.commit("more", "main", "more", files("new", "n"), "encoded")
                .commit("left2", "left", "left2", files("l", "2"), "left")
                .commit("right2", "right", "rewritten", files("r", "2"), "root").done();
        git.git("tag", "-f", "v1", "right");
        String said = imported(git.gitDir(), "out");
        assertTrue(said.contains("3 new commits"), said);
        assertTrue(said.contains("branch left has commits of its own"), said);
        assertEquals(mine.id(), out.head("left").orElseThrow());
        assertEquals(before, out.readCommit(out.head("main").orElseThrow()).parent1().orElseThrow());
        assertNotEquals(oldRight, out.head("right").orElseThrow());
        assertEquals("n", Files.readString(temp.resolve("out/new")));
        assertEquals(1, content(temp.resolve("out/.muse/tags")).size());
        assertEquals(out.head("right").orElseThrow(), new LabelFiles(out).tags().getFirst().commit());
        assertTrue(imported(git.gitDir(), "out").contains("0 new commits"));

        imported(git.gitDir(), "fresh");
        assertEquals(repository("fresh").head("main"), out.head("main"));
        assertEquals(repository("fresh").head("right"), out.head("right"));
    }

    private static Commit mine(Commit base) {
        Sha256 id = Ids.commit(List.of(base.id()), base.snapshotId(), "mine", base.committedAt());
        return new Commit(id, base.repoId(), "left", base.snapshotId(), "mine", base.committedAt(),
                Optional.of(base.id()), Optional.empty(), "", Map.of(), Optional.empty(),
                "none", List.of(), "", "", "", "", "", "", 5, List.of(), 0);
    }

    @Test
    void aTagWhoseCommitsNoBranchHasComesWithThemAndStays() throws Exception {
        GitFixture git = new GitFixture(temp.resolve("releases.git"))
                .commit("root", "main", "root", files("a", "1"))
                .commit("fix", "old", "fix", files("a", "2"), "root")
                .commit("fixed", "old", "fixed", files("b", "3"), "fix")
                .commit("more", "main", "more", files("a", "4"), "root")
                .tag("v0.9.1", "fixed").done();
        git.git("branch", "-D", "old");
        git.git("tag", "a-file", git.git("rev-parse", "main:a"));
        String said = imported(git.gitDir(), "out");
        assertTrue(said.contains("4 new commits") && said.contains("1 new tag "), said);
        assertTrue(said.contains("left out: 1 tag without a commit, e.g. a-file"), said);
        MuseRepository out = repository("out");
        Sha256 tagged = new LabelFiles(out).tags().getFirst().commit();
        assertEquals("fixed", out.readCommit(tagged).message());
        try (TestHub hub = new TestHub(temp.resolve("hub"))) {
            Config.read(out.configFile()).setRemote("origin", hub.repository("r").toString());
            assertEquals(0, Musehub.run(out.root(), TestHub.TOKEN, "push").exitCode());
            try (DiskStore store = new DiskStore(temp.resolve("hub/objects"), false)) {
                assertEquals(0, new Collect(hub.hub().pool(), store).run(Duration.ZERO).commits());
            }
            Musehub.Ended clone = Musehub.run(temp, TestHub.TOKEN, "clone", hub.repository("r").toString(), "copy");
            assertEquals(0, clone.exitCode(), clone.output());
            MuseRepository copy = repository("copy");
            assertEquals(new LabelFiles(out).tags(), new LabelFiles(copy).tags());
            assertEquals(out.readCommit(tagged), copy.readCommit(tagged));
            for (String part : List.of("objects", "snapshots", "commits", "tags")) {
                assertSame(temp.resolve("out/.muse").resolve(part), temp.resolve("copy/.muse").resolve(part));
            }
            // Another tag like it, with a branch that has nothing new.
            git.commit("fixed2", "old2", "fixed again", files("b", "5"), "fixed").tag("v0.9.2", "fixed2").done();
            git.git("branch", "-D", "old2");
            imported(git.gitDir(), "out");
            assertEquals(0, Musehub.run(out.root(), TestHub.TOKEN, "push").exitCode());
            assertEquals(0, Musehub.run(copy.root(), TestHub.TOKEN, "fetch").exitCode());
            assertEquals(2, new LabelFiles(copy).tags().size());
        }
    }

    @Test
    void anImportKilledInTheMiddleGoesOnWhereItWas() throws IOException, InterruptedException {
        GitFixture git = new GitFixture(temp.resolve("long.git"));
        for (int i = 0; i < 600; i++) {
            git.commit("c" + i, "main", "commit " + i, files("d" + i % 9 + "/f", "content " + i),
                    i == 0 ? new String[0] : new String[] {"c" + (i - 1)});
        }
        git.done();
        Process process = Musehub.start(temp, Map.of("PATH", gitThatStops(200_000) + ":" + System.getenv("PATH")),
                "import-git", git.gitDir().toString(), "out");
        Path journal = temp.resolve("out/.muse/musehub/git-import");
        Await.until("the first part", () -> Files.exists(journal) && Files.size(journal) > 10_000);
        process.destroyForcibly().waitFor();
        assertFalse(repository("out").head("main").isPresent());
        String said = imported(git.gitDir(), "out");
        assertFalse(said.contains("600 new commits"), said);
        imported(git.gitDir(), "fresh");
        assertEquals(repository("fresh").head("main"), repository("out").head("main"));
        for (String part : List.of("objects", "snapshots", "commits")) {
            assertSame(temp.resolve("fresh/.muse").resolve(part), temp.resolve("out/.muse").resolve(part));
        }
    }

    /** The directory of a git that falls silent after so many bytes, so that an import waits until it is killed. */
    private Path gitThatStops(int bytes) throws IOException {
        Path bin = Files.createDirectories(temp.resolve("bin"));
        Path git = Files.writeString(bin.resolve("git"), """
                #!/bin/sh
                PATH=${PATH#*:}
                case "$*" in
                    *"cat-file --batch") git "$@" | { dd bs=1 count=%d 2> /dev/null; cat > /dev/null; } ;;
                    *) exec git "$@" ;;
                esac
                """.formatted(bytes));
        assertTrue(git.toFile().setExecutable(true));
        return bin;
    }

    @Test
    void treesThatLeadOutOfTheTreeLoseThoseFiles() throws IOException, InterruptedException {
        GitFixture git = new GitFixture(temp.resolve("hostile.git"))
                .commit("root", "main", "good", files("good", "g")).done();
        String blob = git.git("rev-parse", "main:good");
        ByteArrayOutputStream tree = new ByteArrayOutputStream();
        for (String name : List.of("..", ".MUSE", "../x", "/etc", "also good")) {
            tree.writeBytes(("100644 " + name + "\0").getBytes(StandardCharsets.UTF_8));
            tree.writeBytes(HexFormat.of().parseHex(blob));
        }
        tree.writeBytes("100644 \0".getBytes(StandardCharsets.UTF_8));
        tree.writeBytes(HexFormat.of().parseHex(blob));
        String id = GitFixture.git(tree.toByteArray(), "--git-dir=" + git.gitDir(), "hash-object", "-t", "tree", "-w",
                "--stdin", "--literally");
        String commit = "tree " + id + "\nauthor x <y> 99999999999999 +0000\ncommitter x <y> 99999999999999 +0000\n\n"
                + "bad";
        String bad = GitFixture.git(commit.getBytes(StandardCharsets.UTF_8), "--git-dir=" + git.gitDir(), "hash-object",
                "-t", "commit", "-w", "--stdin", "--literally");
        git.git("update-ref", "refs/heads/main", bad);
        imported(git.gitDir(), "out");
        MuseRepository out = repository("out");
        Commit head = out.readCommit(out.head("main").orElseThrow());
        assertEquals("1970-01-01T00:00:00+00:00", head.committedAt());
        assertEquals(1, out.readSnapshot(head.snapshotId()).manifest().size());
        assertEquals(List.of(".muse", "also good"), Stream.of(temp.resolve("out").toFile().list()).sorted().toList());
    }

    @Test
    void whatIsLeftOutIsNamedByItsPathAndEmptyMessagesAreCounted() throws IOException, InterruptedException {
        GitFixture git = new GitFixture(temp.resolve("gaps.git"))
                .commit("root", "main", "good", files("good", "g")).done();
        String blob = git.git("rev-parse", "main:good");
        String below = GitFixture.git(("100644 blob " + blob + "\tx\n").getBytes(StandardCharsets.UTF_8),
                "--git-dir=" + git.gitDir(), "mktree");
        // Names have 255 bytes at most, so the path of a file gets long by its directories.
        for (int i = 0; i < 21; i++) {
            below = GitFixture.git(("040000 tree " + below + "\t" + "d".repeat(200) + "\n")
                    .getBytes(StandardCharsets.UTF_8), "--git-dir=" + git.gitDir(), "mktree");
        }
        ByteArrayOutputStream tree = new ByteArrayOutputStream();
        tree.writeBytes("100644 caf\u00e9\0".getBytes(StandardCharsets.ISO_8859_1));
        tree.writeBytes(HexFormat.of().parseHex(blob));
        tree.writeBytes("40000 deep\0".getBytes(StandardCharsets.UTF_8));
        tree.writeBytes(HexFormat.of().parseHex(below));
        tree.writeBytes("100644 gone.txt\0".getBytes(StandardCharsets.UTF_8));
        tree.writeBytes(HexFormat.of().parseHex("12".repeat(20)));
        Path large = temp.resolve("large");
        try (RandomAccessFile zeros = new RandomAccessFile(large.toFile(), "rw")) {
            zeros.setLength(GitBlobs.MAX_BYTES + 1);
        }
        tree.writeBytes("100644 large.bin\0".getBytes(StandardCharsets.UTF_8));
        tree.writeBytes(HexFormat.of().parseHex(git.git("hash-object", "-w", large.toString())));
        String id = GitFixture.git(tree.toByteArray(), "--git-dir=" + git.gitDir(), "hash-object", "-t", "tree", "-w",
                "--stdin", "--literally");
        String commit = "tree " + id + "\nauthor x <y> 1 +0000\ncommitter x <y> 1 +0000\n\n";
        git.git("update-ref", "refs/heads/main", GitFixture.git(commit.getBytes(StandardCharsets.UTF_8),
                "--git-dir=" + git.gitDir(), "hash-object", "-t", "commit", "-w", "--stdin", "--literally"));
        String said = imported(git.gitDir(), "out");
        for (String line : List.of("1 path not in UTF-8, e.g. caf\uFFFD",
                "1 file missing in the git repository itself, e.g. gone.txt",
                "1 file above 256 MiB, which this import does not take (commit them with Muse), e.g. large.bin",
                "1 path that Muse cannot have, such as those above 4,096 bytes or in .muse/, e.g. deep/ddd",
                "1 commit with an empty message")) {
            assertTrue(said.contains(line), () -> "'" + line + "' in\n" + said);
        }
        assertTrue(said.lines().allMatch(line -> line.length() < 300), said);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ext::sh -c touch% pwned", "--upload-pack=touch pwned", "git://127.0.0.1/x", "no/such/dir",
            "-u@host:x", "file://../no-such", "plain"})
    void whatIsNeitherDirectoryNorAnAllowedAddressIsRefused(String from) throws IOException, InterruptedException {
        Musehub.Ended ended = musehub("import-git", "--", from, "out");
        assertEquals(1, ended.exitCode(), ended.output());
        assertFalse(Files.exists(temp.resolve("out/.muse/repo.json")));
        assertFalse(Files.exists(temp.resolve("pwned")));
    }

    @Test
    void anAddressIsClonedFirstAndAForeignDirectoryIsLeftAlone() throws IOException, InterruptedException {
        GitFixture git = strange();
        Musehub.Ended ended = musehub("import-git", "file://" + git.gitDir());
        assertEquals(0, ended.exitCode(), ended.output());
        assertEquals(3, repository("strange-muse").heads().size());
        Files.writeString(Files.createDirectories(temp.resolve("full")).resolve("mine"), "x");
        assertEquals(1, musehub("import-git", git.gitDir().toString(), "full").exitCode());
        assertFalse(Files.exists(temp.resolve("full/.muse")));
    }
}
