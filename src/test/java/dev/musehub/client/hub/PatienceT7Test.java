package dev.musehub.client.hub;

import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.musehub.server.access.RateLimits;
import dev.musehub.testing.Await;
import dev.musehub.testing.TestHub;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that the hub asks to wait waits, and then tries again. */
@Tag("T7")
class PatienceT7Test {

    @TempDir
    private Path data;

    @Test
    void aClientThatIsTooFastComesBackWhenTheHubSays() {
        try (TestHub hub = new TestHub(data, new RateLimits(1, 0, 0, true));
                HubClient client = new HubClient(hub.repository("new"), Optional.of(TestHub.TOKEN))) {
            Await.until("a refusal", () -> {
                assertFalse(client.refs().exists());
                return hub.log().contains(" 429 ");
            });
        }
    }
}
