package dev.musehub.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.musehub.core.wire.Limits;
import dev.musehub.testing.Audit;
import dev.musehub.testing.History;
import dev.musehub.testing.MemoryStore;
import dev.musehub.testing.PushFixture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;

/** The schema and a push on the oldest PostgreSQL that will do, and on a new one, if there is a container engine. */
@EnabledIf(value = "engineAnswers", disabledReason = "no container engine answers")
@Tag("T8")
class PostgresContainerT8Test {

    private static final int PORT = 5432;

    static boolean engineAnswers() {
        return DockerClientFactory.instance().isDockerAvailable();
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgres:15-alpine", "postgres:18-alpine"})
    void aPushComesBackFromAPostgresqlThatIsNotOurs(String image) {
        // It starts twice: first for itself, to make the database.
        try (GenericContainer<?> container = new GenericContainer<>(image).withExposedPorts(PORT)
                .withEnv("POSTGRES_PASSWORD", "secret").withEnv("POSTGRES_DB", "musehub")
                .waitingFor(Wait.forLogMessage(".*ready to accept connections.*", 2))) {
            container.start();
            String url = "jdbc:postgresql://" + container.getHost() + ":" + container.getMappedPort(PORT)
                    + "/musehub?user=postgres&password=secret";
            History history = History.line("x", 250);
            MemoryStore store = new MemoryStore();
            try (PushFixture bench = new PushFixture(store, Limits.DEFAULT, url)) {
                bench.push(history.push("main"));
                Audit.Found found = Audit.of(bench.pool(), store, bench.repository().id());
                assertEquals(new Audit.Found(250, 250, history.objects().size()), found);
            }
        }
    }
}
