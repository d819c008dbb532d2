package dev.musehub.pages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.history.Commit;
import dev.musehub.core.model.Account;
import dev.musehub.core.model.Account.Scope;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Problem.Code;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.wire.Lease;
import dev.musehub.pages.changes.Changes;
import dev.musehub.pages.changes.Differences;
import dev.musehub.pages.history.CommitPage;
import dev.musehub.pages.history.ComparePage;
import dev.musehub.pages.repository.InsightsPage;
import dev.musehub.pages.repository.PushesPage;
import dev.musehub.repositories.Comments;
import dev.musehub.repositories.PushLog;
import dev.musehub.testing.History;
import dev.musehub.testing.MemoryStore;
import dev.musehub.testing.PushFixture;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The pages about commits, pushes and insights: what they show of a repository, and that they show it as text. */
@Tag("T5")
class PagesT5Test {

    static final String EVIL = "</textarea></script><script>alert(1)</script><img src=x onerror=alert(2)>\"' {}";
    private static final Set<String> ATTRIBUTES = Set.of("class", "id", "href", "title", "datetime", "aria-label",
            "aria-labelledby", "aria-current", "aria-live", "aria-hidden", "tabindex", "role", "colspan", "rel", "open",
            "src", "alt", "loading", "method", "action", "type", "name", "value", "for", "rows", "required",
            "maxlength", "data-live", "max", "reversed", "width", "height", "x", "y", "x1", "x2", "y1", "y2", "rx", "d",
            "placeholder", "scope", "align", "start", "viewbox", "preserveaspectratio", "vector-effect", "text-anchor",
            "download", "controls", "preload");

    private final MemoryStore store = new MemoryStore();
    private final PushFixture bench = new PushFixture(store);
    private final Differences differences = new Differences(bench.pool(), store);
    private final History history = new History();

    @AfterEach
    void close() {
        bench.close();
    }

    private Visit visit(Optional<Account> viewer, boolean split, Optional<String> file) {
        return new Visit(viewer, "c5rf", "", split, file);
    }

    private String commit(Sha256 id) {
        return commit(id, visit(Optional.empty(), false, Optional.empty()));
    }

    private String commit(Sha256 id, Visit visit) {
        try {
            return checked(new CommitPage(bench.pool(), differences).page(visit, bench.repository(), id, 0).body());
        } catch (SQLException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private String compare(String range) {
        try {
            return checked(new ComparePage(bench.pool(), differences)
                    .page(visit(Optional.empty(), false, Optional.empty()), bench.repository(), range).body());
        } catch (SQLException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Every tag is one of ours: no attribute that runs or styles anything, no address that leaves the hub. */
    static String checked(Markup body) {
        Matcher tags = Pattern.compile("<([^>]*)>?").matcher(body.html());
        while (tags.find()) {
            String tag = tags.group(1);
            assertTrue(tag.matches("(?s)/?[a-z0-9]+( .*)?/?"), tag);
            assertFalse(tag.matches("(?s)(script|style|iframe|object|embed|base|link|meta)\\b.*"), tag);
            Matcher attributes = Pattern.compile("([^\\s=\"]+)(=\"([^\"]*)\")?").matcher(
                    tag.replaceFirst("^/?[a-z0-9]+", "").replaceFirst("/$", ""));
            while (attributes.find()) {
                String name = attributes.group(1).toLowerCase(Locale.ROOT);
                assertTrue(ATTRIBUTES.contains(name), name + " in " + tag);
                if (name.equals("href") || name.equals("src") || name.equals("action")) {
                    assertTrue(attributes.group(3).matches("(/[A-Za-z0-9]|#)[^\\s<>'\\\\]*"), tag);
                }
            }
        }
        return body.html();
    }

    static String text(String html) {
        return html.replaceAll("<[^>]*>", "").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"")
                .replace("&#39;", "'").replace("&minus;", "\u2212").replace("&rarr;", "\u2192").replace("&hellip;", "\u2026")
                .replace("&amp;", "&");
    }

    private static UnaryOperator<Commit> details(String author, String bump, List<String> breaking, String agent) {
        return c -> new Commit(c.id(), c.repoId(), "main", c.snapshotId(), c.message(), c.committedAt(), c.parent1(),
                c.parent2(), author, Map.of(), Optional.empty(), bump, breaking, agent, agent.isEmpty() ? "" : "m-1", "",
                "", "", "", 5, List.of(), 0);
    }

    private Commit on(String message, Map<String, String> files, Set<String> deleted, UnaryOperator<Commit> details) {
        List<Sha256> parents = history.commits().isEmpty() ? List.of() : List.of(history.head());
        return history.commit(message, parents, files, deleted, details);
    }

    @Test
    void aCommitPageTellsWhatTheCommitSaysAndChanged() {
        Commit first = on("start", Map.of("a.txt", "one\ntwo\nthree\n", "gone.txt", "bye\n", "old name.txt", "same\n"),
                Set.of(), UnaryOperator.identity());
        Commit second = on("feat(songs)!: sing\n\nbecause", Map.of("a.txt", "one\n2\nthree\n", "new name.txt", "same\n"),
                Set.of("gone.txt", "old name.txt"), details("Ann", "major", List.of("no more humming"), "robo"));
        bench.push(history.push("main"));
        String html = commit(second.id());
        assertTrue(html.contains("<span class=\"type\">feat</span> <span class=\"scope\">songs</span> sing"), html);
        assertTrue(html.contains("BREAKING") && html.contains("no more humming"));
        assertTrue(html.contains("robo (m-1)") && html.contains(">because</pre>"));
        assertTrue(html.contains("title=\"16 March 2026, 12:00:00 UTC\""));
        assertTrue(text(html).contains("3 files changed +1 −2"), text(html));
        assertTrue(text(html).contains("old name.txt → new name.txt"));
        assertTrue(html.contains("<tr class=\"del\"><td>2</td><td></td><td><code><span class=\"sign\">-</span>two"));
        assertTrue(html.contains("<tr class=\"add\"><td></td><td>2</td><td><code><span class=\"sign\">+</span>2"));
        assertTrue(html.contains("href=\"/dev/repo/commits/" + first.id().hex() + "\">&larr; Older"));
        assertTrue(commit(first.id()).contains("href=\"/dev/repo/commits/" + second.id().hex() + "\">Newer &rarr;"));
    }

    @Test
    void aCommitPageTellsItsSnapshotItsDateAndHowToComment() {
        Commit first = on("start", Map.of("a.txt", "one"), Set.of(), UnaryOperator.identity());
        bench.push(history.push("main"));
        String html = commit(first.id());
        assertTrue(html.contains("<dt>Snapshot</dt><dd><code class=\"id\">" + first.snapshotId() + "</code>"), html);
        assertTrue(html.contains("</time> &middot; 16 March 2026"), html);
        assertTrue(text(html).contains("0 comments"), html);
        assertTrue(text(html).contains("No comments yet. Be the first to start the discussion."));
        assertTrue(text(html).contains("musehub comment " + first.id() + " --body \"TEXT\""), html);
        bench.sql("insert into comments (repo_id, commit_id, user_id, body) select repo_id, id, 1, 'well' from commits");
        String commented = text(commit(first.id()));
        assertTrue(commented.contains("1 comment") && !commented.contains("1 comments"), commented);
        assertFalse(commented.contains("No comments yet"));
    }

    /** Older and Newer stay on the branch, and say where it ends. */
    @Test
    void aCommitPageLeadsAlongItsBranchAndNotBeyond() {
        Commit first = on("start", Map.of("a", "1"), Set.of(), UnaryOperator.identity());
        Commit side = history.commit("side", List.of(first.id()), Map.of("b", "1"));
        Commit second = history.commit("second", List.of(first.id()), Map.of("a", "2"));
        Commit merge = history.commit("merge", List.of(second.id(), side.id()), Map.of("b", "1"));
        bench.push(history.push("main"));
        Commit next = history.commit("next", List.of(merge.id()), Map.of("c", "1"), Set.of(), c -> on("next", c));
        bench.push(history.push("next"));
        // Reads the repository again: it has a default branch now.
        bench.sql("select 1");
        assertEquals("Oldest on main #1 / 3 on main Newer \u2192 All commits", neighbours(first));
        assertEquals("\u2190 Older #2 / 3 on main Newer \u2192 All commits", neighbours(second));
        assertEquals("\u2190 Older #3 / 3 on main Latest on main All commits", neighbours(merge));
        assertEquals("\u2190 Older #4 / 4 on next Latest on next All commits", neighbours(next));
        assertTrue(commit(first.id()).contains("href=\"/dev/repo/commits/" + second.id().hex() + "\">Newer"), "not side");
        assertTrue(commit(merge.id()).contains("href=\"/dev/repo/commits?ref=main\">All commits"));
        assertTrue(commit(next.id()).contains("href=\"/dev/repo/commits?ref=next\">All commits"));
        // What was merged stands beside the line of first parents, and has no number on it.
        assertEquals("\u2190 Older Newer \u2192 All commits", neighbours(side));
    }

    private static Commit on(String branch, Commit c) {
        return new Commit(c.id(), c.repoId(), branch, c.snapshotId(), c.message(), c.committedAt(), c.parent1(),
                c.parent2(), c.author(), c.metadata(), c.structuredDelta(), c.semVerBump(), c.breakingChanges(),
                c.agentId(), c.modelId(), c.toolchainId(), c.promptHash(), c.signature(), c.signerKeyId(),
                c.formatVersion(), c.reviewedBy(), c.testRuns());
    }

    private String neighbours(Commit commit) {
        return text(commit(commit.id()).replaceAll("(?s).*<nav class=\"neighbours\"[^>]*>(.*?)</nav>.*", "$1")
                .replace("><", "> <")).replace("&larr;", "\u2190").replaceAll("\\s+", " ").strip();
    }

    @Test
    void sideBySideTheLinesFaceEachOtherWithTheirChangedWordsMarked() {
        on("start", Map.of("a.txt", "the quick fox\n"), Set.of(), UnaryOperator.identity());
        on("next", Map.of("a.txt", "the slow fox\n"), Set.of(), UnaryOperator.identity());
        bench.push(history.push("main"));
        String html = commit(history.head(), visit(Optional.empty(), true, Optional.empty()));
        assertTrue(html.contains("<tr><td class=\"del\">1</td><td class=\"del\"><code><span class=\"sign\">-</span>the"
                + " <mark>quick</mark> fox</code></td><td class=\"add\">1</td><td class=\"add\"><code>"
                + "<span class=\"sign\">+</span>the <mark>slow</mark> fox</code></td></tr>"), html);
    }

    @Test
    void whateverARepositoryHoldsIsShownAsText() throws SQLException {
        Account eve = new Account(bench.owner().userId(), bench.owner().name(), Scope.WRITE);
        Map<String, String> files = new TreeMap<>();
        files.put(EVIL + ".txt", EVIL + "\n\u202etxt.exe\n");
        files.put("javascript:alert(1)", "x");
        files.put("#/%2e%2e/x?a=b&c", "x");
        files.put("a\nb\u0007.png", "not an image");
        files.put("photo\u202egnp.exe", "looks like photo.png");
        files.put("<b>.svg", "<svg onload=alert(1)>");
        Commit commit = on(EVIL + "\n\n" + EVIL + "\u2067", files, Set.of(), details(EVIL, EVIL, List.of(EVIL), EVIL));
        bench.push(history.push("main"));
        new Comments(bench.pool()).add(bench.repository(), eve, commit.id(), EVIL);
        for (boolean split : List.of(true, false)) {
            String html = commit(commit.id(), visit(Optional.of(eve), split, Optional.empty()));
            assertTrue(text(html).contains(EVIL), "it is there, as text");
            assertTrue(html.contains("U+202E") && !html.contains("\u202e") && !html.contains("\u2067"));
        }
        compare("main..main");
    }

    @Test
    void whatIsNoTextAndWhatIsTooMuchIsSaidInWords() {
        String lines = IntStream.range(0, 9_000).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining());
        Commit commit = on("all sorts", Map.of("photo.PNG", "bytes", "data.bin", "a\0b", "long.txt", lines,
                "wide.js", "x".repeat(300_000), "huge.sql", "y".repeat(5 << 20), "empty", ""), Set.of(),
                UnaryOperator.identity());
        bench.push(history.push("main"));
        String html = commit(commit.id());
        assertTrue(html.contains("<img src=\"/dev/repo/raw/" + commit.id().hex() + "/photo.PNG\""));
        assertTrue(text(html).contains("Binary file: 3 bytes"));
        assertTrue(text(html).contains("Too large to compare here: 5,242 kB"), text(html));
        assertTrue(text(html).contains("An empty file."), text(html));
        assertTrue(text(html).contains("298000 more characters"), text(html));
        assertTrue(html.contains("href=\"/dev/repo/commits/" + commit.id().hex() + "?file=long.txt\">show it"));
        assertFalse(html.contains("line 8999"));
        assertTrue(commit(commit.id(), visit(Optional.empty(), false, Optional.of("long.txt"))).contains("line 8999"));
        assertTrue(html.length() < 200_000, "a page has a bounded size");
    }

    @Test
    void aCommitOfThousandsOfFilesListsAndComparesAsManyAsAPageHolds() {
        Map<String, String> files = new TreeMap<>();
        IntStream.range(0, 1_500).forEach(i -> files.put("f" + i, "text " + i + "\n"));
        Commit commit = on("many", files, Set.of(), UnaryOperator.identity());
        bench.push(history.push("main"));
        String html = commit(commit.id());
        assertTrue(text(html).contains("1,500 files changed +100 \u22120 in the 100 files compared here"), text(html));
        assertTrue(text(html).contains("1,500 files changed") && text(html).contains("and 500 more"));
        assertEquals(Changes.COMPARED, html.split("<section class=\"file\"", -1).length - 1);
    }

    @Test
    void damagedBytesHideOnlyTheirOwnFile() {
        Commit commit = on("two", Map.of("a", "fine\n", "b", "broken\n"), Set.of(), UnaryOperator.identity());
        bench.push(history.push("main"));
        store.lose(Sha256.of("broken\n".getBytes()));
        String html = commit(commit.id(), visit(Optional.empty(), false, Optional.of("b")));
        assertTrue(text(html).contains("cannot read this file"), text(html));
        assertTrue(text(commit(commit.id())).contains("fine"));
    }

    @Test
    void aDifferenceIsWorkedOutOnceAndNotKeptWhereBytesWereDamaged() {
        on("two", Map.of("a", "fine\n"), Set.of(), UnaryOperator.identity());
        Commit broken = on("three", Map.of("b", "broken\n"), Set.of(), UnaryOperator.identity());
        bench.push(history.push("main"));
        String first = commit(history.commits().getFirst().id());
        int reads = store.reads();
        assertEquals(first, commit(history.commits().getFirst().id()));
        assertEquals(reads, store.reads());
        byte[] bytes = store.lose(Sha256.of("broken\n".getBytes()));
        assertFalse(commit(broken.id()).contains("broken"));
        store.find(bytes);
        assertTrue(commit(broken.id()).contains("broken"));
    }

    @Test
    void aFileOfAHundredThousandShortLinesIsNotTakenApart() {
        Commit commit = on("lines", Map.of("short", "\n".repeat(300_000)), Set.of(), UnaryOperator.identity());
        bench.push(history.push("main"));
        assertTrue(text(commit(commit.id())).contains("Too large to compare here: 300 kB"));
    }

    @Test
    void noConnectionIsHeldWhileTheStoreIsRead() {
        on("two", Map.of("a", "fine\n"), Set.of(), UnaryOperator.identity());
        bench.push(history.push("main"));
        store.readHook(() -> assertEquals(0, bench.pool().active()));
        commit(history.head());
        assertTrue(store.reads() > 0);
    }

    @Test
    void commentsCanBeWrittenByWhoMayAndRemovedByWhoMay() throws SQLException {
        Commit commit = on("x", Map.of("a", "a"), Set.of(), UnaryOperator.identity());
        bench.push(history.push("main"));
        new Comments(bench.pool()).add(bench.repository(), bench.owner(), commit.id(), "well done\n\nreally");
        String stranger = commit(commit.id());
        assertTrue(stranger.contains("well done") && !stranger.contains("<form"), "no form without an account");
        String owner = commit(commit.id(), visit(Optional.of(bench.owner()), false, Optional.empty()));
        assertEquals(2, owner.split("name=\"csrf\" value=\"c5rf\"", -1).length - 1);
        Account other = new Account(bench.owner().userId() + 1, "eve", Scope.ADMIN);
        assertEquals(1, commit(commit.id(), visit(Optional.of(other), false, Optional.empty()))
                .split("<form", -1).length - 1, "she may write, not remove");
        Account reader = new Account(bench.owner().userId(), "dev", Scope.READ);
        assertFalse(commit(commit.id(), visit(Optional.of(reader), false, Optional.empty())).contains("<form"));
    }

    @Test
    void twoBranchesAreComparedByCommitsAndFiles() {
        Commit base = on("base", Map.of("a", "1\n"), Set.of(), UnaryOperator.identity());
        Commit left = history.commit("left", List.of(base.id()), Map.of("l", "l\n"));
        Commit right = history.commit("right", List.of(base.id()), Map.of("r", "r\n"));
        bench.push(history.push(History.header("main", Optional.of(left.id()), false,
                new Lease.None()), history.objects().keySet(), history.commits()));
        bench.push(history.push(History.header("feature/x y", Optional.of(right.id()), false,
                new Lease.None()), Set.of(), List.of()));
        String html = text(compare("main..feature/x y"));
        assertTrue(html.contains("feature/x y has 1 commit that main has not, and lacks 1 commit of it"), html);
        assertTrue(html.contains("right") && html.contains("2 files changed +1 −1"), html);
        assertTrue(text(compare(base.id().hex().substring(0, 8) + ".." + left.id())).contains("1 file changed"));
        for (String none : List.of("main..nothing", "main..0123456789", "..main", "main..", "main", "main..\0")) {
            Problem problem = assertThrows(Problem.class, () -> compare(none), none);
            assertTrue(problem.code() == Code.NOT_FOUND || problem.code() == Code.BAD_REQUEST, none);
        }
    }

    @Test
    void insightsAreChartsThatSayInWordsWhatTheyShow() throws SQLException {
        assertTrue(new InsightsPage(bench.pool()).page(bench.repository()).body().html().contains("Nothing has been"));
        for (Map.Entry<String, String> kind : Map.of(
                "languages", "{\"rows\":[{\"name\":\"<b>\",\"count\":12000},{\"name\":\"md\",\"count\":10}]}",
                "activity", "{\"rows\":[{\"name\":\"0001-01-01\",\"count\":1},{\"name\":\"9999-12-31\",\"count\":2}]}",
                "growth", "{\"rows\":[{\"name\":\"2026-01-01\",\"count\":5,\"total\":5}]}",
                "agents", "{\"rows\":[{\"name\":\"robo\",\"model\":\"m\",\"count\":3}]}",
                "contributors", "{\"rows\":[{\"name\":\"\",\"count\":3}]}",
                "versions", "{\"rows\":[{\"name\":\"major\",\"count\":1}],\"breaking\":[{\"commit\":\"" + Sha256.of(
                        new byte[0]) + "\",\"at\":\"2026-01-01T00:00:00Z\",\"changes\":[\"<i>\"]}]}").entrySet()) {
            bench.sql("insert into insights (repo_id, kind, head, state, value) select id, '" + kind.getKey()
                    + "', sha256(''), '{}', '" + kind.getValue() + "' from repositories");
        }
        String html = checked(new InsightsPage(bench.pool()).page(bench.repository()).body());
        assertTrue(html.contains("aria-label=\"Languages: bytes by file extension; &lt;b&gt; 12 kB, md 10 bytes\""), html);
        assertTrue(html.contains("Commits by 100 years") && html.contains("robo (m)") && html.contains("(none)"));
        assertTrue(html.contains("&lt;i&gt;"));
    }

    @Test
    void whatIsKnownOfFilesAndCommitsIsShownInPlainWords() throws SQLException {
        String row = "{\"name\":\"<a>\",\"count\":2,";
        Map<String, String> kinds = Map.of("assets", "}", "directories", "}", "sizes", "}", "reviews", "}",
                "together", "\"with\":\"b\"}", "metadata", "\"value\":\"b\"}", "operations", "\"operation\":\"b\"}");
        for (Map.Entry<String, String> kind : kinds.entrySet()) {
            bench.sql("insert into insights (repo_id, kind, head, state, value) select id, '" + kind.getKey()
                    + "', sha256(''), '{}', '{\"rows\":[" + (row + kind.getValue()).replace(",}", "}")
                    + "]}' from repositories");
        }
        bench.sql("insert into insights (repo_id, kind, head, state, value) select id, 'tests', sha256(''), '{}',"
                + " '{\"rows\":[{\"name\":\"2026-01-01\",\"count\":7}]}' from repositories");
        String html = checked(new InsightsPage(bench.pool()).page(bench.repository()).body());
        for (String words : List.of("Assets: bytes of files that are not text, by what they are; &lt;a&gt; 2 bytes",
                "Directories: bytes by directory at the root; &lt;a&gt; 2 bytes",
                "Sizes of commits: commits by how many files they change, merges left out; &lt;a&gt; files 2",
                "Files that change together: commits that changed both files; &lt;a&gt; and b 2",
                "Reviewers: commits by who reviewed them; &lt;a&gt; 2", "Test runs by day: from 2026-01-01",
                "Metadata: commits by what their metadata says; &lt;a&gt;: b 2",
                "Operations: changes inside files as Muse recorded them, by domain; &lt;a&gt;: b 2")) {
            assertTrue(html.contains("aria-label=\"" + words), words + " is not in " + html);
        }
    }

    @Test
    void pushesAreListedWithWhereTheirTimeWent() throws SQLException {
        PushLog log = new PushLog(bench.pool(), line -> { }, (push, hold) -> { });
        PushesPage page = new PushesPage(bench.pool(), log);
        assertTrue(page.page(bench.repository()).body().html().contains("There has been no push"));
        bench.sql("insert into pushes (repo_id, user_id, branch, objects_only, started_at, millis, outcome, stored,"
                + " skipped, commits, phases, phase_millis) select id, owner_id, '<main>', false, now(), 1234, 'done', 7, 1,"
                + " 2, '{receive,commits}', '{900,300}' from repositories");
        bench.sql("insert into pushes (repo_id, user_id, branch, objects_only, started_at, millis, outcome, stored,"
                + " skipped, commits, phases, phase_millis) select id, owner_id, 'x', true, now(), 3, 'not-fast-forward', 0,"
                + " 0, 0, '{}', '{}' from repositories");
        String html = checked(page.page(bench.repository()).body());
        assertTrue(text(html).contains("<main>") && text(html).contains("2 commits, 7 objects, 1 known"), text(html));
        assertTrue(html.contains("1.2 s") && html.contains("receive: 900 ms"));
        assertTrue(html.contains("not fast forward") && html.contains("part of a larger push"));
        assertTrue(html.contains("No push is running."));
    }
}
