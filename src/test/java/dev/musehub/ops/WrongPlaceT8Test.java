package dev.musehub.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.model.Value;
import dev.musehub.core.store.DiskStore;
import dev.musehub.files.FileTrees;
import dev.musehub.json.JsonValues;
import dev.musehub.testing.Await;
import dev.musehub.testing.History;
import dev.musehub.testing.Musehub;
import dev.musehub.testing.TestDatabase;
import dev.musehub.testing.TestHub;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands of operators where no hub is, and first starts that fail. */
@Tag("T8")
class WrongPlaceT8Test {

    @TempDir
    private Path dir;

    @ParameterizedTest
    @ValueSource(strings = {"backup bk", "fsck", "gc", "user list", "user add eve", "token list", "token add dev"})
    void aCommandWhereNoHubIsSaysSoAndCreatesNothing(String command) throws IOException, InterruptedException {
        Musehub.Ended ended = Musehub.run(dir, "", command.split(" "));
        assertEquals(2, ended.exitCode(), ended.output());
        assertTrue(ended.output().contains("no hub in ./data; name it with --data or MUSEHUB_DATA"), ended.output());
        assertEquals(List.of(), List.of(dir.toFile().list()));
    }

    @Test
    void aRestoreOfNothingCreatesNothing() throws IOException, InterruptedException {
        Musehub.Ended ended = Musehub.run(dir, "", "restore", "absent");
        assertEquals(4, ended.exitCode(), ended.output());
        assertEquals(List.of(), List.of(dir.toFile().list()));
    }

    @Test
    void aDatabaseWithoutAHubStaysEmptyAndOneWithoutUsersIsNotBackedUp() throws IOException, InterruptedException {
        Files.createFile(Files.createDirectories(dir.resolve("data")).resolve("lock"));
        Musehub.Ended empty = on(TestDatabase.emptyUrl(), "backup", "bk");
        assertEquals(2, empty.exitCode(), empty.output());
        assertTrue(empty.output().contains("no hub in this database"), empty.output());
        Musehub.Ended unused = on(TestDatabase.freshUrl(), "backup", "bk");
        assertEquals(2, unused.exitCode(), unused.output());
        assertTrue(unused.output().contains("has no users"), unused.output());
        assertFalse(Files.exists(dir.resolve("bk")));
    }

    private Musehub.Ended on(String database, String... command) throws IOException, InterruptedException {
        Process process = Musehub.start(dir, Map.of("DATABASE_URL", database), command);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Musehub.Ended(process.waitFor(), output);
    }

    private Process serve(String database, String... more) throws IOException {
        List<String> command = new java.util.ArrayList<>(List.of("serve", "--data", "data"));
        command.addAll(List.of(more));
        return Musehub.start(dir, new HashMap<>(Map.of("DATABASE_URL", database)), command.toArray(String[]::new));
    }

    /** The lines up to one that contains {@code last}; a hub that does not say it goes on running. */
    private static String until(String last, Process process) {
        Queue<String> lines = new ConcurrentLinkedQueue<>();
        Thread.ofVirtual().start(() -> {
            try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8)) {
                said.lines().forEach(lines::add);
            } catch (IOException | UncheckedIOException e) {
                // The process was ended.
            }
        });
        return Await.until("'" + last + "'", () -> String.join("\n", lines), said -> said.contains(last));
    }

    /** What {@code hub} says before it refuses to start. */
    private static String refusal(Process hub) throws IOException, InterruptedException {
        String said = new String(hub.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(1, hub.waitFor(), said);
        return said;
    }

    @Test
    void aStartThatIsRefusedLosesNoTokenAndOneWithoutAUsedTokenSaysHowToMakeOne() throws Exception {
        // The other form of an address, which most platforms set.
        String database = TestDatabase.freshUrl().replaceFirst("jdbc:postgresql://(.*)[?]user=(.*)&password=(.*)",
                "postgres://$2:$3@$1");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String said = refusal(serve(database, "--port", Integer.toString(taken.getLocalPort())));
            assertTrue(said.contains("is taken"), said);
        }
        Path foreign = Files.writeString(Files.createDirectories(dir.resolve("data/objects")).resolve("STORE-ID"),
                UUID.randomUUID().toString());
        String said = refusal(serve(database, "--port", "0"));
        assertTrue(said.contains("the objects of another one"), said);
        Files.delete(foreign);
        Process first = serve(database, "--port", "0");
        String greeting = until("sign in with this token", first);
        assertTrue(greeting.contains("--token mh_") && greeting.contains("import-git"), greeting);
        first.destroyForcibly().waitFor();
        Process second = serve(database, "--port", "0");
        until("token add dev --scope admin", second);
        second.destroyForcibly().waitFor();
    }

    @Test
    void aCommandRefusesTheObjectsOfAnotherHub() throws Exception {
        String database = TestDatabase.freshUrl();
        Process hub = serve(database, "--port", "0");
        until("sign in with this token", hub);
        hub.destroyForcibly().waitFor();
        FileTrees.delete(dir.resolve("data/objects"));
        for (String command : List.of("fsck", "gc --apply", "backup bk")) {
            Musehub.Ended refused = on(database, command.split(" "));
            assertEquals(1, refused.exitCode(), refused.output());
            assertTrue(refused.output().contains("is a volume not mounted?"), refused.output());
        }
        assertFalse(Files.exists(dir.resolve("bk")));
    }

    @Test
    void aBackupOfAHubThatHasLostBytesSaysSo() throws Exception {
        String database = TestDatabase.freshUrl();
        try (TestHub hub = new TestHub(dir.resolve("data"), Optional.empty(), database)) {
            hub.send("POST", "/dev/r/push/stream", "Authorization: Bearer " + TestHub.TOKEN + "\r\n",
                    History.bytes(History.line("r", 1).push("main")));
        }
        Musehub.Ended before = on(database, "backup", "before");
        assertTrue(before.exitCode() == 0 && before.output().contains(" 1 new file ("), before.output());
        String found = on(database, "fsck").output();
        assertTrue(found.contains("2 objects (0 MB), 1 snapshot, 1 commit: all well"), found);
        Path lost;
        try (Stream<Path> files = Files.walk(dir.resolve("data/objects"))) {
            lost = files.filter(file -> DiskStore.segment(file).isPresent()).findFirst().orElseThrow();
        }
        Files.delete(lost);
        Musehub.Ended backup = on(database, "backup", "bk");
        assertEquals(1, backup.exitCode(), backup.output());
        assertTrue(backup.output().contains("gone or cut off: ") && backup.output().contains("Without 1 file of")
                && backup.output().contains(lost.getFileName().toString()), backup.output());
    }

    @Test
    void aLogInJsonHasTheFirstTokenInALineOfItsOwn() throws Exception {
        Process hub = serve(TestDatabase.freshUrl(), "--port", "0", "--log", "json");
        String said = until("the first token", hub);
        hub.destroyForcibly().waitFor();
        Value.Dict line = JsonValues.decode(said.lines().toList().getLast().getBytes(StandardCharsets.UTF_8))
                .asDict("line");
        assertTrue(line.text("token", "").startsWith("mh_"), said);
        assertEquals("dev", line.text("user", ""));
        said.lines().forEach(text -> JsonValues.decode(text.getBytes(StandardCharsets.UTF_8)));
    }
}
