package dev.musehub.client.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.model.Value;
import dev.musehub.json.JsonValues;
import dev.musehub.testing.Musehub;
import dev.musehub.testing.Samples;
import dev.musehub.testing.TestHub;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code push --plan} shows what the push then does. */
@Tag("T8")
class PlanT8Test {

    @TempDir
    private Path temp;

    private static Value.Dict json(Path repository, String... arguments) throws IOException, InterruptedException {
        Musehub.Ended ended = Musehub.run(repository, TestHub.TOKEN, arguments);
        assertEquals(0, ended.exitCode(), ended.output());
        return JsonValues.decode(ended.output().getBytes(StandardCharsets.UTF_8)).asDict("answer");
    }

    @Test
    void whatIsPlannedIsWhatIsSentAndPlanningSendsNothing() throws IOException, InterruptedException {
        Path repository = Samples.unpack("corpora-131", temp);
        try (TestHub hub = new TestHub(temp.resolve("data"))) {
            Musehub.run(repository, TestHub.TOKEN, "remote", "add", "hub", hub.repository("planned").toString());
            Value.Dict plan = json(repository, "push", "hub", "main", "--plan", "--json");
            assertEquals(404, hub.send("GET", "/dev/planned/refs", "Authorization: Bearer " + TestHub.TOKEN + "\r\n",
                    new byte[0]).status());
            assertFalse(hub.log().contains("push/stream"), hub.log());
            assertEquals("the link, measured just now", plan.text("pace_of", ""));

            Value.Dict pushed = json(repository, "push", "hub", "main", "--json");
            for (String key : new String[] {"commits", "snapshots", "objects", "bytes"}) {
                assertTrue(plan.integer(key, -1) > 0, key);
                assertEquals(plan.integer(key, -1), pushed.integer(key, -2), key);
            }
            long streams = hub.log().lines().filter(line -> line.contains("push/stream 200")).count();
            assertEquals(plan.integer("streams", -1), streams, hub.log());
            assertTrue(json(repository, "push", "hub", "main", "--plan", "--json").bool("up_to_date", false));
            assertEquals(pushed.text("head", "?"), plan.text("head", "!"));
        }
    }
}
