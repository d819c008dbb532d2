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
import dev.musehub.core.model.Value;
import dev.musehub.core.wire.Lease;
import dev.musehub.core.wire.MsgPackValues;
import dev.musehub.labels.Labels.LabelKind;
import dev.musehub.pages.history.BranchesPage;
import dev.musehub.pages.history.CommitListPage;
import dev.musehub.pages.history.CommitListPage.CommitPosition;
import dev.musehub.pages.history.ReflogPage;
import dev.musehub.pages.history.ReleasesPage;
import dev.musehub.pages.history.SearchPage;
import dev.musehub.repositories.LabelRows;
import dev.musehub.repositories.LabelRows.Label;
import dev.musehub.testing.History;
import dev.musehub.testing.MemoryStore;
import dev.musehub.testing.PushFixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The pages that list: what they show, in which order, how they go on, and that it is text. */
@Tag("T5")
class ListsT5Test {

    private final PushFixture bench = new PushFixture(new MemoryStore());
    private final History history = new History();

    @AfterEach
    void close() {
        bench.close();
    }

    private Commit on(String message, String author, List<Sha256> parents) {
        return history.commit(message, parents, Map.of("f" + history.commits().size(), "x"), Set.of(),
                c -> new Commit(c.id(), c.repoId(), c.branch(), c.snapshotId(), message, c.committedAt(), c.parent1(),
                        c.parent2(), author, c.metadata(), c.structuredDelta(), "none", List.of(), author, "", "", "",
                        "", "", 5, List.of(), 0));
    }

    private void branch(String name, Sha256 head, boolean force) {
        bench.push(history.push(History.header(name, Optional.of(head), force, new Lease.None()),
                history.objects().keySet(), history.commits()));
    }

    private String commits(String ref, CommitPosition place) throws SQLException {
        return checked(new CommitListPage(bench.pool()).page(bench.repository(), Optional.of(ref), place).body());
    }

    private String search(String question) throws SQLException {
        return text(checked(new SearchPage(bench.pool()).page(bench.repository(), question, Optional.empty()).body()));
    }

    @Test
    void pagesOfABranchLeadToEachOther() throws SQLException {
        on("feat(x)!: first", "Ann", List.of());
        IntStream.range(0, 120).forEach(i -> on("number " + i, "Ann", List.of(history.head())));
        bench.push(history.push("main"));
        String first = commits("main", new CommitPosition.Start());
        assertTrue(first.contains("number 119") && first.contains("number 70<") && !first.contains("number 69<"));
        assertFalse(first.contains("rel=\"prev\""));
        CommitPosition second = new CommitPosition.After(after(first, "after"));
        assertTrue(commits("main", second).contains("number 69<") && !commits("main", second).contains("number 70<"));
        String third = commits("main", new CommitPosition.After(after(commits("main", second), "after")));
        assertTrue(text(third).contains("BREAKING") && third.contains("number 0<") && !third.contains("rel=\"next\""));
        assertEquals(commits("main", second), commits("main", new CommitPosition.Before(after(third, "before"))));
        assertEquals(50, commits(history.commits().get(60).id().hex(), new CommitPosition.Start()).split("class=\"subject", -1)
                .length - 1, "the history of a commit");
        assertThrows(Problem.class, () -> commits("nothing", new CommitPosition.Start()));
    }

    private static Sha256 after(String html, String what) {
        return Pattern.compile("&" + what + "=([0-9a-f]{64})").matcher(html).results()
                .map(m -> Sha256.parseHex(m.group(1)).orElseThrow()).findFirst().orElseThrow();
    }

    @Test
    void branchesTellHowFarTheyAreFromTheDefaultOne() throws SQLException {
        Commit base = on("base", "Ann", List.of());
        Commit left = on("left", "Ann", List.of(base.id()));
        Commit right = on("right", "Bob", List.of(base.id()));
        Commit merge = on("merge", "Bob", List.of(right.id(), left.id()));
        branch("main", left.id(), false);
        branch("a/b c", merge.id(), false);
        branch("same", left.id(), false);
        branch("old", base.id(), false);
        branch("other", right.id(), false);
        bench.sql("analyze branches");
        BranchesPage page = new BranchesPage(bench.pool());
        String html = checked(page.page(bench.repository(), Optional.empty()).body());
        assertEquals(html, checked(page.page(bench.repository(), Optional.empty()).body()), "what is kept is the same");
        for (String row : List.of("/compare/main..a/b%20c\">2 ahead, 0 behind", "/compare/main..same\">the same",
                "/compare/main..old\">0 ahead, 1 behind", "/compare/main..other\">1 ahead, 1 behind")) {
            assertTrue(html.contains(row), row + " in " + html);
        }
        assertTrue(text(checked(page.page(bench.repository(), Optional.of("same")).body())).contains("a/b c"));
        assertFalse(text(checked(page.page(bench.repository(), Optional.of("same")).body())).contains("other"));
    }

    @Test
    void theMovesOfABranchAreThereEvenWhenItIsGone() throws SQLException {
        Commit base = on("base", "Ann", List.of());
        Commit left = on("left", "Ann", List.of(base.id()));
        Commit right = on("right", "Ann", List.of(base.id()));
        branch("topic", left.id(), false);
        branch("topic", right.id(), true);
        bench.sql("delete from branches");
        bench.sql("insert into reflog (repo_id, branch, old_head, new_head, forced, user_id) select id, 'topic',"
                + " sha256('collected'), null, false, owner_id from repositories");
        ReflogPage page = new ReflogPage(bench.pool());
        String html = checked(page.page(bench.repository(), Optional.of("topic"), Long.MAX_VALUE).body());
        assertTrue(text(html).matches("(?s).*deleted.*forced compare.*created.*"), text(html));
        assertTrue(html.contains("/compare/" + left.id().hex() + ".." + right.id().hex()));
        assertFalse(html.contains("/commits/" + Sha256.of("collected".getBytes()).hex()), "no link to what is gone");
        assertThrows(Problem.class, () -> page.page(bench.repository(), Optional.of("never"), Long.MAX_VALUE));
    }

    @Test
    void releasesShowWhateverTheirRecordsHoldAsText() throws SQLException {
        Commit commit = on("one", "Ann", List.of());
        bench.push(history.push("main"));
        Value.Dict full = Value.dict().put("title", EVIL).put("body", EVIL).put("channel", EVIL).put("is_draft",
                Value.of(true)).put("changelog", new Value.Array(List.of(Value.of(EVIL), Value.of(3), Value.dict()
                        .put("message", EVIL).build()))).put("created_at", EVIL).put("agent_id", EVIL).build();
        Value.Dict odd = Value.dict().put("title", 5).put("body", Value.of(true)).put("changelog", "x").build();
        List<Label> releases = IntStream.range(0, 25).mapToObj(i -> new Label(new UUID(0, i), commit.id(),
                EVIL + (char) ('a' + i), MsgPackValues.encode(i % 2 == 0 ? full : odd))).toList();
        try (Connection c = bench.pool().acquire("test")) {
            LabelRows.insert(c, LabelKind.RELEASE, bench.repository().id(), releases);
            LabelRows.insert(c, LabelKind.TAG, bench.repository().id(), releases);
        }
        ReleasesPage page = new ReleasesPage(bench.pool());
        String html = checked(page.page(bench.repository(), true, Optional.empty(), Optional.empty()).body());
        assertTrue(text(html).contains(EVIL + "y") && !html.contains("release-" + new UUID(0, 4)));
        String next = checked(page.page(bench.repository(), true, Optional.of(new UUID(0, 5)), Optional.empty()).body());
        assertTrue(next.contains("release-" + new UUID(0, 4)) && !next.contains("release-" + new UUID(0, 5)));
        assertTrue(commits("main", new CommitPosition.Start()).contains("badge tag"));
    }

    @Test
    void commitsAreFoundByWordsByAuthorsAndByIds() throws SQLException {
        Commit first = on("fix(wire): the frame-reader of src/main/FrameReader.java\n\nIt stumbled over Größe.", "Ann Example",
                List.of());
        on("ann was here", "Bob", List.of(first.id()));
        on(EVIL, EVIL, List.of(history.head()));
        bench.push(history.push("main"));
        for (String question : List.of("frame", "FRAMEREADER", "reader stumb", "größe", "author:exam fix", "\"frame reader\"",
                first.id().hex().substring(0, 6), first.id().toString(), "src/main")) {
            String found = search(question);
            assertTrue(found.contains("the frame-reader") && !found.contains("ann was here"), question + ": " + found);
        }
        assertTrue(search("ann").contains("ann was here") && search("ann").contains("frame-reader"));
        assertFalse(search("author:ann").contains("ann was here"));
        for (String nothing : List.of("tumble", "fr", "frame nowhere", "author:", "' & !q:*", "\\", "\0", "author:author:",
                "//", "ffff", ":*", "'':B")) {
            assertTrue(search(nothing).contains("No commit was found"), nothing);
        }
        assertTrue(search("alert script").contains(EVIL));
        assertFalse(search("x".repeat(100_000)).isEmpty());
        assertTrue(text(new SearchPage(bench.pool()).page(bench.another("other"), "frame", Optional.empty()).body().html())
                .contains("No commit was found"), "another repository");
    }
}
