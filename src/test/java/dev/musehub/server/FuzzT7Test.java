package dev.musehub.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.musehub.testing.TestHub;
import dev.musehub.testing.fuzz.HttpFuzz;
import dev.musehub.testing.fuzz.Leaks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A seeded slice of the fuzzing that {@code make fuzz} does at length, over real HTTP. */
@Tag("T7")
@Tag("long")
class FuzzT7Test {

    private static final long SEED = Long.getLong("musehub.seed", 7);
    private static final int INPUTS = Integer.getInteger("musehub.fuzz.inputs", 1_500);

    @TempDir
    private Path data;

    @Test
    void everyAnswerIsAResultOrARefusalAndTheHubServesOn() throws IOException {
        try (TestHub hub = new TestHub(data)) {
            HttpFuzz fuzz = new HttpFuzz(hub, SEED);
            fuzz.run(50);
            Leaks before = Leaks.now();
            fuzz.run(INPUTS);
            fuzz.normalPush();
            String seed = "seed " + SEED + ", outcomes " + fuzz.outcomes();
            assertEquals(List.of(), fuzz.violations(), seed);
            assertFalse(hub.log().contains("fault"), () -> seed + hub.log());
            before.requireNoneSince(hub.hub().pool());
            if (Boolean.getBoolean("musehub.verbose")) {
                System.out.println(seed);
            }
        }
    }
}
