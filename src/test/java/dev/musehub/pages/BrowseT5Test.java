package dev.musehub.pages;

import static dev.musehub.pages.PagesT5Test.EVIL;
import static dev.musehub.pages.PagesT5Test.checked;
import static dev.musehub.pages.PagesT5Test.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.history.Commit;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.wire.Lease;
import dev.musehub.pages.files.Documents;
import dev.musehub.pages.files.FileHistoryPage;
import dev.musehub.pages.files.FilePage;
import dev.musehub.pages.files.TreePage;
import dev.musehub.pages.files.Trees;
import dev.musehub.pages.queries.PathHistory;
import dev.musehub.pages.queries.PathHistory.HistoryPart;
import dev.musehub.pages.queries.PathHistory.PathChange;
import dev.musehub.testing.History;
import dev.musehub.testing.MemoryStore;
import dev.musehub.testing.PushFixture;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The pages that lead to a file: what they show, by which names, and that it is text. */
@Tag("T5")
class BrowseT5Test {

    private final MemoryStore store = new MemoryStore();
    private final PushFixture bench = new PushFixture(store);
    private final Trees trees = new Trees();
    private final Documents documents = new Documents(store);
    private final TreePage directories = new TreePage(bench.pool(), trees, documents);
    private final FilePage files = new FilePage(bench.pool(), store, trees, documents);
    private final FileHistoryPage histories = new FileHistoryPage(bench.pool(), trees);
    private final History history = new History();

    @AfterEach
    void close() {
        bench.close();
    }

    private String tree(String ref, String path) throws SQLException, IOException {
        return checked(directories.page(new TreePage.TreeQuery(bench.repository(), ref, path, Optional.empty(),
                "http://h")).orElseThrow().body());
    }

    private String file(String ref, String path) throws SQLException, IOException {
        return checked(files.page(new FilePage.FileQuery(bench.repository(), ref, path, false)).orElseThrow().body());
    }

    private String source(String ref, String path) throws SQLException, IOException {
        return checked(files.page(new FilePage.FileQuery(bench.repository(), ref, path, true)).orElseThrow().body());
    }

    private String past(String ref, String path) throws SQLException {
        return checked(histories.page(bench.repository(), ref, path, Optional.empty()).body());
    }

    private void branch(String name, Sha256 head) {
        bench.push(history.push(History.header(name, Optional.of(head), false, new Lease.None()),
                history.objects().keySet(), history.commits()));
    }

    @Test
    void theRootShowsFilesTheirSizesTheReadmeAndHowToGetThem() throws SQLException, IOException {
        history.commit("feat(x): begin", Map.of("README.md", "# Welcome\n\n[the code](src/) ![logo](logo.png)",
                "src/a.txt", "1", "src/deep/b.txt", "22", "z.txt", "four"));
        bench.push(history.push("main"));
        String html = tree("main", "");
        assertTrue(html.contains("href=\"/dev/repo/tree/main/src\"><bdi>src/</bdi></a></td><td class=\"number quiet\">2 files"));
        assertTrue(html.contains("href=\"/dev/repo/blob/main/z.txt\"><bdi>z.txt</bdi></a></td><td class=\"number quiet\">4 bytes"));
        assertTrue(html.indexOf("src/") < html.indexOf("README.md"), "directories come first");
        assertTrue(html.contains("<h1 id=\"md-welcome\">Welcome</h1>") && html.contains("href=\"/dev/repo/tree/main/src\">the code"));
        assertTrue(html.contains("src=\"/dev/repo/raw/" + history.head().hex() + "/logo.png\""), html);
        assertTrue(html.contains("musehub clone http://h/dev/repo") && html.contains("<span class=\"scope\">x</span> begin"));
        String deep = tree("main", "src/deep");
        assertTrue(deep.contains("href=\"/dev/repo/tree/main/src\"><bdi>src</bdi>") && deep.contains("b.txt"), deep);
        assertFalse(deep.contains("musehub clone"));
    }

    @Test
    void aCommitIsNamedByBranchTagOrIdAndKeepsItsNameInAllAddresses() throws SQLException, IOException {
        Commit first = history.commit("one", Map.of("f", "old\n"));
        Commit second = history.commit("two", Map.of("f", "new\n"));
        branch("main", second.id());
        branch("feature/x y", first.id());
        bench.sql("insert into tags (repo_id, id, commit_id, tag, record) values (" + bench.repository().id()
                + ", gen_random_uuid(), '\\x" + first.id().hex() + "', 'v1/a', '')");
        for (String ref : List.of("feature/x y", "v1/a", first.id().hex(), first.id().toString(),
                first.id().hex().substring(0, 8))) {
            assertTrue(text(file(ref, "f")).contains("old"), ref);
            assertTrue(tree(ref, "").contains("/blob/" + Links.segment(ref) + "/f\""), ref);
        }
        assertTrue(text(file("main", "f")).contains("new"));
        String offered = tree("main", "");
        assertTrue(offered.contains("href=\"/dev/repo/tree/feature%2Fx%20y\"") && offered.contains("/tree/v1%2Fa\""));
        assertTrue(directories.page(new TreePage.TreeQuery(bench.repository(), "main", "f", Optional.empty(), "")).isEmpty());
        for (String none : List.of("nothing", "main/f", "", "0123456789", "\0")) {
            assertThrows(Problem.class, () -> tree(none, ""), none);
        }
        for (String none : List.of("g", "f/g", "/", "..", "F", "f\0")) {
            assertThrows(Problem.class, () -> file("main", none), none);
            assertThrows(Problem.class, () -> tree("main", none), none);
        }
    }

    @Test
    void aFileHasLinesOneCanPointAt() throws SQLException, IOException {
        history.commit("x", Map.of("a.c", "int x;\r\n\tif (a < b)\n\nlast", "empty", ""));
        bench.push(history.push("main"));
        String html = file("main", "a.c");
        assertTrue(html.contains("<tr id=\"L1\"><td><a href=\"#L1\">1</a></td><td><code>int x;</code></td></tr>"), html);
        assertTrue(html.contains("<code>\tif (a &lt; b)</code>") && html.contains("id=\"L4\"") && !html.contains("id=\"L5\""));
        assertTrue(text(file("main", "empty")).contains("An empty file."));
    }

    @Test
    void whatIsNoTextOrTooMuchIsNotReadOrNotShown() throws SQLException, IOException {
        String lines = IntStream.range(0, 12_000).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining());
        history.commit("x", Map.of("huge.txt", "y".repeat(3 << 20), "photo.png", "z".repeat(2 << 20), "data.bin", "a\0b",
                "long.txt", lines, "huge.md", "# no\n".repeat(300_000)));
        bench.push(history.push("main"));
        int reads = store.reads();
        assertTrue(text(file("main", "huge.txt")).contains("Too large to show here: 3,145 kB"));
        assertTrue(text(file("main", "huge.md")).contains("Too large"));
        assertTrue(file("main", "photo.png").contains("<img src=\"/dev/repo/raw/" + history.head().hex() + "/photo.png\""));
        assertEquals(reads, store.reads(), "none of these is read");
        assertTrue(text(file("main", "data.bin")).contains("Binary file."));
        String some = file("main", "long.txt");
        assertTrue(some.contains("line 9999<") && !some.contains("line 10000<") && text(some).contains("And 2000 more lines"));
        reads = store.reads();
        assertEquals(some, file("main", "long.txt"));
        assertEquals(reads, store.reads(), "what was shown is at hand");
    }

    @Test
    void aSoundCanBePlayedAndAnythingElseSaved() throws SQLException, IOException {
        history.commit("x", Map.of("a b.OGG", "OggS\0", "song.mid", "MThd\0", "data.bin", "a\0b"));
        bench.push(history.push("main"));
        String raw = "/dev/repo/raw/" + history.head().hex() + "/";
        int reads = store.reads();
        String sound = file("main", "a b.OGG");
        assertTrue(sound.contains("<audio controls preload=\"none\" src=\"" + raw + "a%20b.OGG\""), sound);
        assertEquals(reads, store.reads(), "nothing is read");
        for (String other : List.of("song.mid", "data.bin")) {
            String html = file("main", other);
            assertTrue(html.contains("<a href=\"" + raw + other + "\" download>Save</a>"), html);
            assertFalse(html.contains("<audio"), html);
        }
    }

    @Test
    void whateverNamesMessagesAndFilesHoldIsShownAsText() throws SQLException, IOException {
        Map<String, String> evil = new TreeMap<>();
        for (String name : List.of(EVIL, "javascript:alert(1)", "#/%2e%2e/x?a=b&c", "a\nb\u0007.png", "<b>.svg", "\" onload=\"x")) {
            evil.put(name, EVIL);
            evil.put("dir" + name + "/" + name, EVIL);
        }
        evil.put("README.md", EVIL + "\n\n" + "[x](javascript:alert(1)) ![y](data:image/png,z) " + EVIL);
        evil.put("sub/README", EVIL);
        evil.put("x.svg", "<svg onload=alert(1)>\u202e</svg>");
        history.commit(EVIL + "\n\n" + EVIL, List.of(), evil, Set.of(), UnaryOperator.identity());
        branch("main", history.head());
        branch(EVIL.replace("..", ".").replace("//", "/").replace("\\", ""), history.head());
        assertTrue(text(tree("main", "")).contains(EVIL));
        assertTrue(text(tree("main", "sub")).contains(EVIL));
        for (String path : evil.keySet()) {
            file("main", path);
            past("main", path);
            String source = source("main", path);
            assertTrue(path.endsWith(".png") || text(source).contains("alert(1)"), path);
        }
        assertTrue(source("main", "x.svg").contains("U+202E"));
        assertFalse(file("main", "x.svg").contains("onload"), "a drawing is a picture first");
    }

    @Test
    void damagedBytesAreSaidInWordsAndTheOthersAreThere() throws SQLException, IOException {
        history.commit("x", Map.of("README.md", "gone", "a", "fine"));
        bench.push(history.push("main"));
        store.lose(Sha256.of("gone".getBytes()));
        assertTrue(tree("main", "").contains("README.md"));
        assertTrue(text(file("main", "README.md")).contains("cannot read this file"));
        assertTrue(text(file("main", "a")).contains("fine"));
    }

    @Test
    void noConnectionIsHeldWhileTheStoreIsRead() throws SQLException, IOException {
        history.commit("x", Map.of("README.md", "hello", "a", "fine"));
        bench.push(history.push("main"));
        int reads = store.reads();
        store.readHook(() -> assertEquals(0, bench.pool().active()));
        tree("main", "");
        file("main", "a");
        assertEquals(reads + 2, store.reads());
    }

    @Test
    void theHistoryOfAFileTellsWhoAddedChangedAndDeletedIt() throws SQLException {
        history.commit("zero", Map.of("other", "0"));
        history.commit("one", Map.of("f", "1"));
        history.commit("two", Map.of("other", "2"));
        history.commit("three", Map.of("f", "3"));
        history.commit("four", List.of(history.head()), Map.of(), Set.of("f"), UnaryOperator.identity());
        bench.push(history.push("main"));
        String html = text(past("main", "f")).replaceAll("\\s+", " ");
        assertTrue(html.matches(".*four deleted.*three.*one added.*"), html);
        assertFalse(html.contains("zero") || html.contains("two"));
        assertThrows(Problem.class, () -> past("main", "never"));
    }

    /** An empty file is a file. */
    @Test
    void theHistoryOfAnEmptyFileIsThere() throws SQLException {
        history.commit("begun", Map.of("f", ""));
        history.commit("filled", Map.of("f", "1"));
        history.commit("emptied", Map.of("f", ""));
        bench.push(history.push("main"));
        String html = text(past("main", "f")).replaceAll("\\s+", " ");
        assertTrue(html.matches(".*emptied.*filled.*begun added.*"), html);
    }

    @Test
    void aDocumentThatTakesTooLongAndAPathOfThousandsAreBounded() throws SQLException, IOException {
        String deep = "d/".repeat(2_000) + "f";
        history.commit("x", Map.of("slow.md", "*a_".repeat(80_000), "bidi.md", "one \u202e two \u001b three", deep, "1"));
        bench.push(history.push("main"));
        assertFalse(file("main", "slow.md").contains("class=\"markdown\""));
        String html = file("main", "bidi.md");
        assertTrue(html.contains("class=\"markdown\"") && !html.contains("\u202e") && !html.contains("\u001b"), html);
        assertTrue(file("main", deep).length() < 100_000);
    }

    /** Against looking at every commit's whole manifest, on histories with merges, in parts of any size. */
    @Test
    void theHistoryOfAFileIsWhatALookAtEveryCommitFinds() throws SQLException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 60; i++) {
            List<Commit> all = history.commits();
            Set<Sha256> parents = new HashSet<>();
            for (int p = 0; p < Math.min(all.size(), random.nextInt(4) == 0 ? 2 : 1); p++) {
                parents.add(all.get(all.size() - 1 - random.nextInt(Math.min(5, all.size()))).id());
            }
            boolean deleted = random.nextInt(6) == 0;
            history.commit("commit " + i, List.copyOf(parents), random.nextInt(3) == 0
                    ? Map.of("f", "x".repeat(random.nextInt(3))) : Map.of("g", "" + random.nextInt(9)),
                    deleted ? Set.of("f") : Set.of(), UnaryOperator.identity());
        }
        branch("main", history.head());
        List<Sha256> expected = looked();
        for (int most : List.of(1, 3, 100)) {
            for (int visits : List.of(1, 7, 1000)) {
                List<Sha256> found = new ArrayList<>();
                List<Sha256> from = List.of(history.head());
                while (!from.isEmpty()) {
                    try (Connection c = bench.pool().acquire("test")) {
                        HistoryPart part = PathHistory.part(c, bench.repository().id(), "f", from, most, visits);
                        assertTrue(part.found().size() <= most && part.visited() <= visits);
                        part.found().stream().map(PathChange::commit).forEach(found::add);
                        from = part.next();
                    }
                }
                assertEquals(expected, found, "seed " + seed);
            }
        }
    }

    private List<Sha256> looked() {
        Map<Sha256, Commit> byId = history.commits().stream().collect(Collectors.toMap(Commit::id, c -> c, (a, b) -> a));
        Map<Sha256, Integer> generation = new TreeMap<>();
        history.commits().forEach(c -> generation.put(c.id(), 1 + c.parents().stream().mapToInt(generation::get).max()
                .orElse(0)));
        PriorityQueue<Sha256> queue = new PriorityQueue<>((a, b) -> {
            int order = generation.get(b).compareTo(generation.get(a));
            return order != 0 ? order : b.compareTo(a);
        });
        Set<Sha256> seen = new HashSet<>(Set.of(history.head()));
        queue.add(history.head());
        List<Sha256> found = new ArrayList<>();
        while (!queue.isEmpty()) {
            Commit commit = byId.get(queue.poll());
            Optional<Sha256> content = history.manifestOf(commit.id()).get("f");
            List<Sha256> same = commit.parents().stream()
                    .filter(parent -> history.manifestOf(parent).get("f").equals(content)).toList();
            if (same.isEmpty() && (!commit.parents().isEmpty() || content.isPresent())) {
                found.add(commit.id());
            }
            (same.isEmpty() ? commit.parents() : same.subList(0, 1)).stream().filter(seen::add).forEach(queue::add);
        }
        return found;
    }
}
