package dev.musehub.client.transfer;

import dev.musehub.testing.S3Server;
import org.junit.jupiter.api.Tag;

/** Direct transfers with S3Proxy in this JVM. */
@Tag("T8")
class DirectInProcessT8Test extends DirectSuite {

    @Override
    S3Server server() {
        return S3Server.inProcess();
    }
}
