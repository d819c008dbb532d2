package dev.musehub.core.push;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.model.Problem;
import dev.musehub.core.rows.HoldTimes.HoldStatistics;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.wire.Frame;
import dev.musehub.testing.History;
import dev.musehub.testing.MemoryStore;
import dev.musehub.testing.PushFixture;
import java.io.ByteArrayInputStream;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** As many commits as one stream may have. */
@Tag("T5")
@Tag("long")
class ManyCommitsT5Test {

    private static final int COMMITS = 10_000;

    /** What the longest hold of a database connection may take, and how often a busy machine may miss it. */
    private static final double HOLD_MILLIS = 500;
    private static final int ATTEMPTS = 3;

    private static final HoldStatistics NONE = new HoldStatistics(0, 0, 0);

    @Test
    void tenThousandCommitsComeInOnePushThatHoldsNoConnectionForLong() {
        History history = new History();
        for (int i = 0; i < COMMITS; i++) {
            history.commit("commit " + i, Map.of("file" + i % 20, "text " + i));
        }
        byte[] stream = History.bytes(history.push("main"));
        try (PushFixture bench = new PushFixture(new MemoryStore())) {
            double hold = Double.MAX_VALUE;
            for (int i = 0; i < ATTEMPTS && hold >= HOLD_MILLIS; i++) {
                Repository into = bench.another("attempt" + i);
                long chunks = bench.pool().holds().byUse().getOrDefault("commits", NONE).count();
                Frame.Result result = bench.push(into, new ByteArrayInputStream(stream));
                assertEquals(COMMITS, result.commits());
                assertEquals(COMMITS, result.snapshots());
                assertEquals(chunks + COMMITS / 100, bench.pool().holds().byUse().get("commits").count());
                hold = Math.min(hold, result.longestHoldMillis());
            }
            assertTrue(hold < HOLD_MILLIS, "a connection was held for " + hold + " ms, in the best of " + ATTEMPTS);

            history.commit("one more", Map.of("file", "text"));
            Problem refused = assertThrows(Problem.class, () -> bench.push(history.push("main")));
            assertEquals(Problem.Code.LIMIT_EXCEEDED, refused.code());
        }
    }
}
