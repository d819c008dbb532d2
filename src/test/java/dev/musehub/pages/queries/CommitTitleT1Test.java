package dev.musehub.pages.queries;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.musehub.core.history.Commit;
import dev.musehub.pages.queries.CommitTitle.Bump;
import dev.musehub.testing.History;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Titles of commits, and what they say of the version. */
@Tag("T1")
class CommitTitleT1Test {

    private static Bump bump(String message, String recorded, String... breaking) {
        return CommitTitle.bump(new History().commit(message, List.of(), java.util.Map.of(), Set.of(),
                c -> new Commit(c.id(), c.repoId(), c.branch(), c.snapshotId(), c.message(), c.committedAt(),
                        c.parent1(), c.parent2(), c.author(), c.metadata(), c.structuredDelta(), recorded,
                        List.of(breaking), "", "", "", "", "", "", 5, List.of(), 0)));
    }

    @Test
    void aConventionalTitleIsTakenApart() {
        assertEquals(new CommitTitle(Optional.of("feat"), Optional.of("wire"), true, "frames have a length"),
                CommitTitle.of("feat(wire)!: frames have a length\n\nbody"));
        assertEquals(new CommitTitle(Optional.of("fix"), Optional.empty(), false, "it"), CommitTitle.of("Fix: it"));
    }

    @Test
    void anyOtherTitleStaysWhole() {
        for (String title : List.of("Add more films", "http://example.org: down", "Note:no space", "feat(a)(b): x",
                "<script>alert(1)</script>: x", "x: too short a type")) {
            assertEquals(new CommitTitle(Optional.empty(), Optional.empty(), false, title), CommitTitle.of(title));
        }
        assertEquals("", CommitTitle.of("").text());
        assertEquals("", CommitTitle.of("\n\nlate").text());
    }

    @Test
    void aVeryLongTitleIsCutBetweenCharacters() {
        assertEquals(1_000, CommitTitle.of("x".repeat(5_000)).text().length());
        assertEquals(999, CommitTitle.of("x".repeat(999) + "\uD83C\uDFB5").text().length());
    }

    @Test
    void theBodyIsWhatFollowsTheFirstLine() {
        assertEquals("why", CommitTitle.body("what\n\nwhy\n"));
        assertEquals("", CommitTitle.body("what"));
    }

    @Test
    void theRecordedBumpGoesBeforeTheTitle() {
        assertEquals(Bump.BREAKING, bump("fix: x", "major"));
        assertEquals(Bump.FEAT, bump("fix: x", "minor"));
        assertEquals(Bump.FIX, bump("docs", "patch"));
        assertEquals(Bump.BREAKING, bump("fix: x", "patch", "removed y"));
        assertEquals(Bump.BREAKING, bump("fix!: x", "none"));
        assertEquals(Bump.FEAT, bump("feat: x", "none"));
        assertEquals(Bump.NONE, bump("words", "none"));
        assertEquals(Bump.NONE, bump("words", "something else"));
    }
}
