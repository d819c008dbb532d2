package dev.musehub.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.model.Problem;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.store.DiskStore;
import dev.musehub.files.FileTrees;
import dev.musehub.postgres.StoreIdentity;
import dev.musehub.s3.S3Options;
import dev.musehub.testing.Await;
import dev.musehub.testing.History;
import dev.musehub.testing.S3Server;
import dev.musehub.testing.StoreRelay;
import dev.musehub.testing.TestDatabase;
import dev.musehub.testing.TestHub;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A hub does not start, and a command does not run, with a store that is not the one of its database. */
@Tag("T7")
class StoreIdentityT7Test {

    @TempDir
    private Path temp;
    private final String database = TestDatabase.freshUrl();

    private Path data(String name) {
        return temp.resolve(name);
    }

    private void start(Path data) {
        new TestHub(data, Optional.empty(), database).close();
    }

    private String refused(Path data) {
        Problem refused = assertThrows(Problem.class, () -> start(data));
        assertEquals(Problem.Code.CONFLICT, refused.code());
        return refused.getMessage();
    }

    @Test
    void aSecondHubWithADiskOfItsOwnDoesNotStartEvenBeforeThereAreObjects() {
        try (TestHub _ = new TestHub(data("a"), Optional.empty(), database)) {
            String why = refused(data("b"));
            assertTrue(why.contains("Several hubs on one database need a bucket"), why);
        }
        start(data("a"));
    }

    @Test
    void anEmptyDirectoryInPlaceOfTheObjectsDoesNotStartAndTheSentenceSaysHow() throws IOException {
        try (TestHub hub = new TestHub(data("a"), Optional.empty(), database)) {
            hub.send("POST", "/dev/r/push/stream", "Authorization: Bearer " + TestHub.TOKEN + "\r\n",
                    History.bytes(History.line("r", 2).push("main")));
        }
        Files.move(data("a/objects"), temp.resolve("away"));
        String why = refused(data("a"));
        String id = Files.readString(temp.resolve("away/STORE-ID")).strip();
        assertTrue(why.contains("write " + id + " to objects/STORE-ID"), why);
        Files.writeString(data("a/objects/STORE-ID"), id);
        start(data("a"));
    }

    /** An answer that has begun has status 200; the operator must see all the same that it failed. */
    @Test
    void anObjectThatCannotBeReadIsInTheLog() throws IOException {
        History history = History.line("r", 2);
        String auth = "Authorization: Bearer " + TestHub.TOKEN + "\r\n";
        try (TestHub hub = new TestHub(data("a"), Optional.empty(), database)) {
            hub.send("POST", "/dev/r/push/stream", auth, History.bytes(history.push("main")));
            FileTrees.delete(data("a/objects"));
            String ids = "{\"ids\": [\"" + history.objects().keySet().iterator().next() + "\"]}";
            TestHub.Answer answer = hub.send("POST", "/dev/r/fetch/objects", auth + "Content-Type: application/json\r\n",
                    ids.getBytes(StandardCharsets.UTF_8));
            assertTrue(answer.text().contains("object-damaged"), answer.text());
            String line = Await.until("the line of the request", () -> hub.log().lines()
                    .filter(text -> text.contains("/fetch/objects")).findFirst(), Optional::isPresent).orElseThrow();
            assertTrue(line.contains("object-damaged"), line);
        }
    }

    @Test
    void theDirectoryOfAnotherDatabaseDoesNotStart() {
        new TestHub(data("other")).close();
        String why = refused(data("other"));
        assertTrue(why.contains("this database is new"), why);
        start(data("mine"));
        assertTrue(refused(data("other")).contains("belongs to another database"));
    }

    @Test
    void commandsRefuseAsWell() throws IOException, SQLException {
        start(data("a"));
        try (Pool pool = TestDatabase.pool(database); DiskStore right = new DiskStore(data("a/objects"), false);
                DiskStore wrong = new DiskStore(data("b/objects"), false)) {
            StoreIdentity.require(pool, right);
            assertEquals(Problem.Code.CONFLICT,
                    assertThrows(Problem.class, () -> StoreIdentity.require(pool, wrong)).code());
        }
    }

    @Test
    void aBucketIsSharedByTheHubsOfOneDatabaseOnly() {
        try (S3Server server = S3Server.inProcess(); StoreRelay relay = new StoreRelay(server.endpoint())) {
            Optional<S3Options> bucket = Optional.of(server.options(relay));
            try (TestHub _ = new TestHub(data("a"), bucket, database)) {
                new TestHub(data("b"), bucket, database).close();
                String other = TestDatabase.freshUrl();
                Problem refused = assertThrows(Problem.class, () -> new TestHub(data("c"), bucket, other));
                assertTrue(refused.getMessage().contains("this bucket"), refused.getMessage());
            }
        }
    }
}
