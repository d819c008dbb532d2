package dev.musehub.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.testing.fuzz.Leaks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A seeded slice of the soak that {@code make soak} does at length. */
@Timeout(300)
@Tag("T8")
class FaultsT8Test {

    private static final int SEED = Integer.getInteger("musehub.seed", 1);
    private static final int SEEDS = Integer.getInteger("musehub.soak.seeds", 30);

    @TempDir
    private Path temp;

    @Test
    void whateverBreaksWhatWasAcknowledgedStaysAndRetriesConverge() throws IOException {
        try (FaultSoak soak = new FaultSoak(temp)) {
            soak.run(0);
            Leaks before = Leaks.now();
            for (int seed = SEED; seed < SEED + SEEDS; seed++) {
                soak.run(seed);
            }
            String what = soak.pushes() + " pushes, " + soak.faults() + " faults, " + soak.outcomes();
            assertEquals(List.of(), soak.violations(), what);
            assertTrue(soak.faults() > SEEDS, what);
            before.requireNoneSince(soak.hub().hub().pool(), 20);
            if (Boolean.getBoolean("musehub.verbose")) {
                System.out.println(what);
            }
        }
    }
}
