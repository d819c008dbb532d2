package dev.musehub.pages.queries;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.history.Commit;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Sql;
import dev.musehub.testing.History;
import dev.musehub.testing.MemoryStore;
import dev.musehub.testing.PushFixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Where commits stand on branches, whatever was merged, and what it costs to find out on a long one. */
@Tag("T5")
class BranchPlaceT5Test {

    private final PushFixture bench = new PushFixture(new MemoryStore());
    private final History history = new History();

    @AfterEach
    void close() {
        bench.close();
    }

    private Optional<BranchPlace> place(Connection c, Sha256 commit, String... branches) throws SQLException {
        return BranchPlace.find(c, bench.repository().id(), List.of(branches), commit);
    }

    /** Rows of commits that {@code c} has read, and perhaps some of its pushes before. */
    private static long rowsRead(Connection c) throws SQLException {
        return Sql.of(c, """
                select seq_tup_read + coalesce(idx_tup_fetch, 0) from pg_stat_xact_user_tables where relname = 'commits'
                """).one(r -> r.getLong(1));
    }

    /** Pushed in pieces, so that places and marks go on from rows that are there already. */
    @Test
    void onABranchOfTenThousandCommitsAPlaceCostsSomeHundredRows() throws SQLException {
        for (int i = 0; i < 10_000; i++) {
            history.commit("c" + i, i > 0 ? Map.of() : Map.of("a", "1"));
            if (i == 500 || i == 5_119 || i == 9_999) {
                bench.push(history.push("main"));
            }
        }
        List<Commit> line = history.commits();
        for (int place : new int[] {1, 2, 255, 256, 257, 258, 512, 513, 5_000, 5_120, 5_121, 9_743, 9_999, 10_000}) {
            try (Connection c = bench.pool().acquire("test")) {
                c.setAutoCommit(false);
                Optional<Sha256> newer = place == 10_000 ? Optional.empty() : Optional.of(line.get(place).id());
                long before = rowsRead(c);
                assertEquals(Optional.of(new BranchPlace("main", place, 10_000, newer)),
                        place(c, line.get(place - 1).id(), "main"));
                long read = rowsRead(c) - before;
                assertTrue(read > 0 && read < 400, read + " rows for place " + place);
            }
        }
    }

    @Test
    void onlyFirstParentsCountAndTheFirstBranchThatHasTheCommitIsTheOne() throws SQLException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        history.commit("root", Map.of("a", "1"));
        Map<String, Sha256> heads = new HashMap<>();
        for (int i = 0; i < 900; i++) {
            List<Commit> all = history.commits();
            Sha256 parent = random.nextInt(20) == 0 ? all.get(random.nextInt(all.size())).id() : history.head();
            Sha256 other = all.get(random.nextInt(all.size())).id();
            history.commit("c" + i, random.nextInt(4) > 0 || other.equals(parent) ? List.of(parent)
                    : List.of(parent, other), Map.of());
            if (i % 300 == 299) {
                heads.put("b" + i, history.head());
                bench.push(history.push("b" + i));
            }
        }
        Map<Sha256, Commit> byId = new HashMap<>();
        history.commits().forEach(commit -> byId.put(commit.id(), commit));
        try (Connection c = bench.pool().acquire("test")) {
            for (Commit commit : history.commits()) {
                Optional<BranchPlace> expected = on("b299", heads, byId, commit.id())
                        .or(() -> on("b899", heads, byId, commit.id()));
                assertEquals(expected, place(c, commit.id(), "no such\0", "b299", "b899"), "seed " + seed);
            }
        }
    }

    private static Optional<BranchPlace> on(String branch, Map<String, Sha256> heads, Map<Sha256, Commit> byId,
            Sha256 commit) {
        List<Sha256> line = new ArrayList<>();
        for (Optional<Sha256> id = Optional.of(heads.get(branch)); id.isPresent(); id = byId.get(id.get()).parent1()) {
            line.addFirst(id.get());
        }
        int at = line.indexOf(commit);
        return at < 0 ? Optional.empty() : Optional.of(new BranchPlace(branch, at + 1, line.size(),
                at + 1 < line.size() ? Optional.of(line.get(at + 1)) : Optional.empty()));
    }
}
