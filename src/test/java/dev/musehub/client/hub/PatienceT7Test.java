package dev.musehub.client.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.server.access.RateLimits;
import dev.musehub.testing.TestHub;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that the hub asks to wait waits, and then tries again. */
class PatienceT7Test {

    @TempDir
    private Path data;

    @Test
    void aClientThatIsTooFastComesBackWhenTheHubSays() {
        try (TestHub hub = new TestHub(data, new RateLimits(10, 0, 0, true));
                HubClient client = new HubClient(hub.repository("new"), Optional.of(TestHub.TOKEN))) {
            for (int i = 0; i < 110 || !hub.log().contains(" 429 ") && i < 10_000; i++) {
                assertEquals(false, client.refs().exists());
            }
            assertTrue(hub.log().contains(" 429 "), "the hub refused none of them");
        }
    }
}
