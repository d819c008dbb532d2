package dev.musehub.client.transfer;

import dev.musehub.testing.S3Server;
import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIf;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;

/** Direct transfers with MinIO in a container, if there is a container engine. */
@EnabledIf(value = "engineAnswers", disabledReason = "no container engine answers")
@Tag("T8")
class DirectContainerT8Test extends DirectSuite {

    private static final String IMAGE = "minio/minio:RELEASE.2025-09-07T16-13-09Z";
    private static final int PORT = 9000;
    private static GenericContainer<?> container;

    static boolean engineAnswers() {
        return DockerClientFactory.instance().isDockerAvailable();
    }

    @BeforeAll
    static void start() {
        container = new GenericContainer<>(IMAGE).withExposedPorts(PORT).withCommand("server", "/data")
                .withEnv("MINIO_ROOT_USER", "test-key").withEnv("MINIO_ROOT_PASSWORD", "test-secret")
                .waitingFor(Wait.forHttp("/minio/health/live").forPort(PORT));
        container.start();
    }

    @AfterAll
    static void stop() {
        if (container != null) {
            container.stop();
        }
    }

    @Override
    S3Server server() {
        return new S3Server.Running(URI.create("http://127.0.0.1:" + container.getMappedPort(PORT)), "test-key",
                "test-secret", () -> { });
    }
}
