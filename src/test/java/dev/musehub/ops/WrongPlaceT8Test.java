package dev.musehub.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.model.Value;
import dev.musehub.json.JsonValues;
import dev.musehub.testing.Musehub;
import dev.musehub.testing.TestDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    /** The lines up to one that contains {@code last}. */
    private static String until(String last, Process process) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(),
                StandardCharsets.UTF_8));
        StringBuilder read = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            read.append(line).append('\n');
            if (line.contains(last)) {
                return read.toString();
            }
        }
        throw new IOException("no '" + last + "' in\n" + read);
    }

    @Test
    void aTakenPortLosesNoTokenAndAStartWithoutAUsedTokenSaysHowToMakeOne() throws Exception {
        String database = TestDatabase.freshUrl();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Process refused = serve(database, "--port", Integer.toString(taken.getLocalPort()));
            String said = new String(refused.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(1, refused.waitFor(), said);
            assertTrue(said.contains("is taken"), said);
        }
        Process first = serve(database, "--port", "0");
        assertTrue(until("sign in with this token", first).contains("--token mh_"));
        first.destroyForcibly().waitFor();
        Process second = serve(database, "--port", "0");
        until("token add dev --scope admin", second);
        second.destroyForcibly().waitFor();
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
