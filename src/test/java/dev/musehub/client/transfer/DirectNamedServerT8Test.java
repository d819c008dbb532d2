package dev.musehub.client.transfer;

import dev.musehub.testing.S3Server;
import java.net.URI;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Direct transfers with the server that {@code MUSEHUB_TEST_S3_ENDPOINT} names. */
@EnabledIfEnvironmentVariable(named = "MUSEHUB_TEST_S3_ENDPOINT", matches = "http://.+",
        disabledReason = "MUSEHUB_TEST_S3_ENDPOINT names no server")
@Tag("T8")
class DirectNamedServerT8Test extends DirectSuite {

    @Override
    S3Server server() {
        return new S3Server.Running(URI.create(System.getenv("MUSEHUB_TEST_S3_ENDPOINT")),
                System.getenv("MUSEHUB_TEST_S3_KEY"), System.getenv("MUSEHUB_TEST_S3_SECRET"), () -> { });
    }
}
