package dev.musehub.startup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.client.muse.UserKey;
import dev.musehub.testing.Musehub;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The push that java learns from is a push: its server answers as a hub does. */
@Tag("T8")
@Timeout(120)
class TrainingT8Test {

    @Test
    void aClientPushesOneCommitToTheServerOfTheTraining(@TempDir Path directory) throws Exception {
        try (Training _ = Training.in(directory)) {
            Musehub.Ended push = Musehub.run(directory, "training", "push");
            assertEquals(0, push.exitCode(), push.output());
            assertTrue(push.output().contains(": 1 commit, 1 snapshot, 1 object "), push.output());
        }
    }

    /** A class of a signed jar that is needed at the start costs 120 ms: java checks the signatures of the jar. */
    @Test
    void noClassOfEachStartNeedsASignedJar() throws IOException {
        try (InputStream in = UserKey.class.getResourceAsStream("UserKey.class")) {
            assertFalse(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1).contains("org/bouncycastle"));
        }
    }
}
