package dev.musehub.client.transfer;

import dev.musehub.testing.S3Server;

/** Direct transfers with S3Proxy in this JVM. */
class DirectInProcessT8Test extends DirectSuite {

    @Override
    S3Server server() {
        return S3Server.inProcess();
    }
}
