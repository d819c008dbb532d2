package dev.musehub.client.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.cli.Meter;
import dev.musehub.client.hub.HubClient;
import dev.musehub.client.hub.Traffic;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.client.snapshots.Snapshot;
import dev.musehub.core.history.Commit;
import dev.musehub.core.model.Problem;
import dev.musehub.core.wire.Lease;
import dev.musehub.core.wire.Limits;
import dev.musehub.files.FileTrees;
import dev.musehub.testing.Await;
import dev.musehub.testing.History;
import dev.musehub.testing.TestHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small push on top of what the hub had at the last contact: one request, and only what changed in its files. */
@Tag("T8")
class SmallPushT8Test {

    @TempDir
    private Path temp;
    private TestHub hub;
    private final History history = new History();
    private MuseRepository local;

    @BeforeEach
    void open() throws IOException {
        hub = new TestHub(temp.resolve("data"));
        local = MuseRepository.create(temp.resolve("local"), "", "code", "main");
        commit("first", Map.of("book", book(""), "other", "unchanged"));
        push();
    }

    @AfterEach
    void close() {
        hub.close();
    }

    /** 200 KB that no compressor makes small. */
    private static String book(String end) {
        StringBuilder text = new StringBuilder();
        new Random(1).ints(100_000, 33, 127).forEach(c -> text.append((char) c));
        return text + end;
    }

    private void commit(String message, Map<String, String> files) {
        Commit commit = history.commit(message, files);
        history.objects().forEach(local.objects()::write);
        local.writeSnapshot(new Snapshot(commit.snapshotId(), history.manifestOf(commit.id()), History.TIME,
                Optional.empty()));
        local.writeCommit(commit);
        local.setHead("main", commit.id());
    }

    private Push.PushOutcome push() {
        try (HubClient client = new HubClient(hub.repository("small"), Optional.of(TestHub.TOKEN))) {
            return new Push(local, client, Meter.silent()).run(new PushRequest("origin", "main", false,
                    new Lease.None(), PushRequest.Way.EITHER, Optional.empty()));
        }
    }

    /** The requests since {@code log} was all. */
    private List<String> requests(String log) {
        Await.until("the push is logged", () -> hub.log().substring(log.length()).contains("/dev/small/push/stream"));
        return hub.log().substring(log.length()).lines().filter(line -> line.contains("/dev/small")).toList();
    }

    @Test
    void itIsOneRequestAndSendsOnlyWhatChanged() {
        commit("second", Map.of("book", book("one more line")));
        String log = hub.log();
        long sent = Traffic.sent();
        Push.PushOutcome outcome = push();
        assertEquals(Optional.of(history.head()), outcome.result().orElseThrow().head());
        assertEquals(1, requests(log).size(), String.join("\n", requests(log)));
        assertTrue(Traffic.sent() - sent < 5_000, (Traffic.sent() - sent) + " bytes sent");
        assertEquals(Optional.of(history.head()), local.remoteHead("origin", "main"));
    }

    @Test
    void whereTheBranchIsElsewhereTheHubIsAskedAndAnswersAsEver() {
        hub.sql("delete from branches");
        commit("second", Map.of("book", book("one more line")));
        String log = hub.log();
        assertEquals(Optional.of(history.head()), push().result().orElseThrow().head());
        assertTrue(requests(log).size() > 1);
        History stranger = new History();
        stranger.commit("stranger", Map.of("book", "gone"));
        try (HubClient client = new HubClient(hub.repository("small"), Optional.of(TestHub.TOKEN))) {
            client.push(History.header("main", Optional.of(stranger.head()), true, new Lease.None()), out -> {
                for (var frame : stranger.push("main").subList(1, stranger.push("main").size())) {
                    out.write(frame);
                }
            }, Limits.DEFAULT, _ -> { });
        }
        commit("third", Map.of("book", book("two more lines")));
        assertEquals(Problem.Code.NOT_FAST_FORWARD, assertThrows(Problem.class, this::push).code());
    }

    @Test
    void whereTheRepositoryIsGoneAPushMakesItAnewAndSaysSo() {
        try (HubClient client = new HubClient(hub.repository("small"), Optional.of(TestHub.TOKEN))) {
            client.deleteRepository();
        }
        commit("second", Map.of("book", book("one more line")));
        Push.PushOutcome outcome = push();
        assertTrue(outcome.created());
        assertEquals(Optional.of(history.head()), outcome.result().orElseThrow().head());
    }

    @Test
    void whatTheHubHasLostIsNoReasonToRefuseWhatIsNew() throws IOException {
        try (Stream<Path> files = Files.walk(temp.resolve("data/objects"))) {
            for (Path file : files.filter(f -> f.getFileName().toString().matches("[0-9a-f-]{36}")).toList()) {
                FileTrees.delete(file);
            }
        }
        commit("second", Map.of("book", book("one more line")));
        assertEquals(Optional.of(history.head()), push().result().orElseThrow().head());
    }
}
