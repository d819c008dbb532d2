package dev.musehub.core.push;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.io.MemoryBudget;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.store.DiskStore;
import dev.musehub.testing.Audit;
import dev.musehub.testing.TestDatabase;
import dev.musehub.testing.fuzz.PushFuzz;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A seeded slice of the fuzzing that {@code make fuzz} does at length. */
@Tag("T5")
@Tag("long")
class FuzzT5Test {

    private static final long SEED = Long.getLong("musehub.seed", 5);
    private static final int INPUTS = Integer.getInteger("musehub.fuzz.inputs", 4_000);

    @TempDir
    private Path objects;

    @Test
    void mutatedStreamsAreRefusedWithAReasonAndLeaveEverythingWhole() throws IOException {
        MemoryBudget budget = new MemoryBudget(64 << 20);
        int whole = budget.kib(Integer.MAX_VALUE, 0);
        try (Pool pool = TestDatabase.pool(TestDatabase.freshUrl()); DiskStore store = new DiskStore(objects)) {
            PushFuzz fuzz = new PushFuzz(pool, store, budget, "repo", SEED);
            fuzz.run(INPUTS);
            String seed = "seed " + SEED + ", outcomes " + fuzz.outcomes();
            assertEquals(List.of(), fuzz.violations(), seed);
            assertEquals(0, pool.active(), seed);
            assertTrue(budget.tryTake(whole), "memory that was reserved did not come back; " + seed);
            assertTrue(Audit.of(pool, store, fuzz.repository().id()).commits() > 40, seed);
        }
    }
}
