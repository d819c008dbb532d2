package dev.musehub.pages.queries;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.history.Commit;
import dev.musehub.core.history.Ids;
import dev.musehub.core.model.Sha256;
import dev.musehub.testing.History;
import dev.musehub.testing.MemoryStore;
import dev.musehub.testing.PushFixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The order of histories, and that pages of them fit together whatever clocks and merges did. */
@Tag("T5")
class CommitListT5Test {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final PushFixture bench = new PushFixture(new MemoryStore());
    private final History history = new History();

    @AfterEach
    void close() {
        bench.close();
    }

    /** A commit made {@code hour} hours after the start. */
    private Commit at(int hour, String message, List<Sha256> parents) {
        String time = START.plus(hour, ChronoUnit.HOURS).toString().replace("Z", "+00:00");
        return history.commit(message, parents, Map.of("f" + history.commits().size(), message), Set.of(),
                c -> new Commit(Ids.commit(parents, c.snapshotId(), message, time), c.repoId(), c.branch(),
                        c.snapshotId(), message, time, c.parent1(), c.parent2(), c.author(), c.metadata(),
                        c.structuredDelta(), c.semVerBump(), c.breakingChanges(), c.agentId(), c.modelId(),
                        c.toolchainId(), c.promptHash(), c.signature(), c.signerKeyId(), c.formatVersion(),
                        c.reviewedBy(), c.testRuns()));
    }

    private interface Asked {
        List<Sha256> by(Connection c) throws SQLException;
    }

    private List<String> titles(Asked asked) {
        try (Connection c = bench.pool().acquire("test")) {
            return CommitList.entries(c, bench.repository().id(), asked.by(c)).stream().map(CommitList.CommitEntry::title)
                    .toList();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<Sha256> paged(Sha256 head, int page) throws SQLException {
        List<Sha256> all = new ArrayList<>();
        try (Connection c = bench.pool().acquire("test")) {
            List<Sha256> next = CommitList.newest(c, bench.repository().id(), List.of(head), page);
            while (!next.isEmpty()) {
                all.addAll(next);
                next = CommitList.older(c, bench.repository().id(), head, all.getLast(), page);
            }
        }
        return all;
    }

    @Test
    void commitsOfTwoLinesStandInTheOrderOfTheirTimes() {
        Commit root = at(0, "root", List.of());
        Commit side1 = at(2, "side 1", List.of(root.id()));
        Commit main1 = at(3, "main 1", List.of(root.id()));
        Commit side2 = at(5, "side 2", List.of(side1.id()));
        Commit main2 = at(4, "main 2", List.of(main1.id()));
        Commit merge = at(6, "merge", List.of(main2.id(), side2.id()));
        bench.push(history.push("main"));
        assertEquals(List.of("merge", "side 2", "main 2", "main 1", "side 1", "root"),
                titles(c -> CommitList.newest(c, bench.repository().id(), List.of(merge.id()), 10)));
        assertEquals(List.of("side 2", "main 2"),
                titles(c -> CommitList.newer(c, bench.repository().id(), merge.id(), main1.id(), 2)));
        assertEquals(List.of("main 1", "root"),
                titles(c -> CommitList.older(c, bench.repository().id(), main2.id(), main2.id(), 10)));
    }

    @Test
    void aChildWithAClockThatIsBehindStillComesBeforeItsParents() throws SQLException {
        Commit root = at(100, "from the future", List.of());
        Commit child = at(1, "by a wrong clock", List.of(root.id()));
        Commit last = at(50, "last", List.of(child.id()));
        bench.push(history.push("main"));
        assertEquals(List.of(last.id(), child.id(), root.id()), paged(last.id(), 1));
    }

    @Test
    void pagesOfARandomHistoryTogetherAreAllOfItOnceWithChildrenFirst() throws SQLException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Commit> commits = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            List<Sha256> parents = new ArrayList<>();
            if (i > 0) {
                parents.add(commits.get(Math.max(0, i - 1 - random.nextInt(5))).id());
                Sha256 other = commits.get(random.nextInt(i)).id();
                if (random.nextInt(3) == 0 && !parents.contains(other)) {
                    parents.add(other);
                }
            }
            // Clocks that jump back and forth, and many equal times.
            commits.add(at(random.nextInt(40), "c" + i, parents));
        }
        bench.push(history.push("main"));
        Sha256 head = history.head();
        List<Sha256> whole = paged(head, 1_000);
        assertEquals(reached(head), new HashSet<>(whole), "seed " + seed);
        assertEquals(whole, paged(head, 7), "seed " + seed);
        Map<Sha256, Commit> byId = new java.util.HashMap<>();
        commits.forEach(commit -> byId.put(commit.id(), commit));
        for (Sha256 id : whole) {
            for (Sha256 parent : byId.get(id).parents()) {
                assertTrue(whole.indexOf(id) < whole.indexOf(parent), "seed " + seed);
            }
        }
        try (Connection c = bench.pool().acquire("test")) {
            for (int i = 0; i < whole.size(); i += 13) {
                assertEquals(whole.subList(Math.max(0, i - 7), i),
                        CommitList.newer(c, bench.repository().id(), head, whole.get(i), 7), "seed " + seed);
            }
        }
    }

    private Set<Sha256> reached(Sha256 head) {
        Set<Sha256> reached = new HashSet<>(Set.of(head));
        for (Commit commit : history.commits().reversed()) {
            if (reached.contains(commit.id())) {
                reached.addAll(commit.parents());
            }
        }
        return reached;
    }
}
