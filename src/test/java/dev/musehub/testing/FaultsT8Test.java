package dev.musehub.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.testing.fuzz.Leaks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A seeded slice of the soak that {@code make soak} does at length. */
@Tag("T8")
class FaultsT8Test {

    private static final int SEED = Integer.getInteger("musehub.seed", 1);
    private static final int SEEDS = Integer.getInteger("musehub.soak.seeds", 6);
    private static final int MORE_SEEDS = 30;

    @TempDir
    private Path temp;

    @Test
    void whateverBreaksWhatWasAcknowledgedStaysAndRetriesConverge() throws IOException {
        soak(SEED, SEEDS);
    }

    @Test
    @Tag("long")
    void whateverElseBreaksToo() throws IOException {
        soak(SEED + SEEDS, MORE_SEEDS);
    }

    private void soak(int first, int seeds) throws IOException {
        try (FaultSoak soak = new FaultSoak(temp)) {
            soak.run(0);
            Leaks before = Leaks.now();
            for (int seed = first; seed < first + seeds; seed++) {
                soak.run(seed);
            }
            String what = soak.pushes() + " pushes, " + soak.faults() + " faults, " + soak.outcomes();
            assertEquals(List.of(), soak.violations(), what);
            assertTrue(soak.faults() > seeds, what);
            before.requireNoneSince(soak.hub().hub().pool(), 20);
            if (Boolean.getBoolean("musehub.verbose")) {
                System.out.println(what);
            }
        }
    }
}
