package dev.musehub.client.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.musehub.client.hub.HubClient;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.Lease;
import dev.musehub.core.wire.Limits;
import dev.musehub.testing.Await;
import dev.musehub.testing.History;
import dev.musehub.testing.Musehub;
import dev.musehub.testing.TestHub;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Failures below a running push: the disk is full, or PostgreSQL is killed. */
@Tag("T8")
@Tag("long")
class OutagesT8Test {

    private static final int FILES = 600;

    @TempDir
    private Path temp;

    /** Files that do not compress, so that their size on disk is known: {@value #FILES} of 32 KB. */
    private static History history() {
        Random random = new Random(7);
        History history = new History();
        history.commit("first", Map.of("first.txt", "first"));
        Map<String, String> files = new TreeMap<>();
        for (int i = 0; i < FILES; i++) {
            byte[] letters = new byte[32_768];
            for (int at = 0; at < letters.length; at++) {
                letters[at] = (byte) (' ' + random.nextInt(95));
            }
            files.put("f" + i, new String(letters, StandardCharsets.US_ASCII));
        }
        history.commit("many", files);
        return history;
    }

    @Test
    void aFullDiskRefusesThePushAndHarmsNothing() throws Exception {
        Path objects = Files.createDirectories(temp.resolve("hub/objects"));
        assumeTrue(mount("-t", "tmpfs", "-o", "size=12m", "tmpfs", objects.toString()), "needs the right to mount");
        try (TestHub hub = new TestHub(temp.resolve("hub"))) {
            History history = history();
            ClientFixture client = new ClientFixture(temp.resolve("local"));
            client.write(history, history.commits().subList(0, 1), "main");
            client.push(hub.repository("r"), "main");
            client.write(history, history.commits(), "main");
            Problem full = assertThrows(Problem.class, () -> client.push(hub.repository("r"), "main"));
            assertEquals(Problem.Code.STORE_UNAVAILABLE, full.code(), full.getMessage());
            assertTrue(full.getMessage().contains("disk is full"), full.getMessage());
            assertFalse(hub.log().contains("fault:"), hub.log());
            ClientFixture.requireClone(hub.repository("r"), temp.resolve("before"), only(history, 1), "main",
                    history.commits().getFirst().id());
            assertTrue(mount("-o", "remount,size=64m", objects.toString()));
            Frame.Result result = client.push(hub.repository("r"), "main").orElseThrow();
            assertEquals(0, result.skipped());
            assertTrue(result.stored() < FILES, "what was durable was sent again");
            ClientFixture.requireClone(hub.repository("r"), temp.resolve("after"), history, "main", history.head());
        } finally {
            new ProcessBuilder("umount", objects.toString()).inheritIO().start().waitFor();
        }
    }

    /** The first {@code commits} of a history, as a history. */
    private static History only(History history, int commits) {
        History some = new History();
        history.commits().subList(0, commits).forEach(c -> some.commit(c.message(), Map.of("first.txt", "first")));
        assertEquals(history.commits().getFirst().id(), some.head());
        return some;
    }

    private static boolean mount(String... arguments) throws IOException, InterruptedException {
        String[] command = new String[arguments.length + 1];
        command[0] = "mount";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        try {
            return new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException absent) {
            return false;
        }
    }

    @Test
    void aPostgresqlThatIsKilledUnderAPushIsStartedAgain() throws Exception {
        try (Musehub.Serving hub = new Musehub.Serving(temp.resolve("hub"), temp)) {
            URI remote = URI.create(hub.repository("r"));
            History history = history();
            ClientFixture client = new ClientFixture(temp.resolve("local"));
            client.write(history, history.commits().subList(0, 1), "main");
            client.push(remote, "main");
            client.write(history, history.commits(), "main");
            killedUnderAPush(remote, history.push("main"));
            onceItIsBack(() -> client.push(remote, "main"));
            ClientFixture.requireClone(remote, temp.resolve("after"), history, "main", history.head());
            Process fsck = Musehub.start(temp, Map.of(), "fsck", "--data", temp.resolve("hub").toString());
            String said = new String(fsck.getInputStream().readAllBytes());
            assertEquals(0, fsck.waitFor(), said);
        }
    }

    /** Half of a push, the end of PostgreSQL, the other half. PostgreSQL stays away until the push has its answer. */
    private void killedUnderAPush(URI remote, List<Frame> push) throws IOException {
        Path version = temp.resolve("hub/postgres/data/PG_VERSION");
        Path aside = temp.resolve("PG_VERSION");
        long before = segments();
        try (HubClient line = new HubClient(remote, Optional.of(TestHub.TOKEN))) {
            Problem broken = assertThrows(Problem.class, () -> line.push((Frame.Header) push.getFirst(), out -> {
                for (Frame frame : push.subList(1, push.size() / 2)) {
                    out.write(frame);
                }
                out.flush();
                Await.until("the first segment", () -> segments() > before);
                // Without this file the hub cannot start it again.
                Files.move(version, aside);
                ProcessHandle postmaster = postmaster();
                postmaster.destroyForcibly();
                postmaster.onExit().join();
                for (Frame frame : push.subList(push.size() / 2, push.size())) {
                    out.write(frame);
                }
            }, Limits.DEFAULT, _ -> { }));
            // The connection broke, or there was none to be had.
            assertTrue(Set.of(Problem.Code.DATABASE_UNAVAILABLE, Problem.Code.BUSY).contains(broken.code()),
                    broken.getMessage());
        }
        Files.move(aside, version);
    }

    /** A stream of objects is answered after they are durable, although its transactions do not wait for the disk. */
    @Test
    void whatWasAcknowledgedIsThereAfterPostgresqlWasKilled() throws Exception {
        try (Musehub.Serving hub = new Musehub.Serving(temp.resolve("hub"), temp)) {
            URI remote = URI.create(hub.repository("r"));
            History history = history();
            ClientFixture local = new ClientFixture(temp.resolve("local"));
            local.write(history, history.commits().subList(0, 1), "main");
            local.push(remote, "main");
            try (HubClient client = new HubClient(remote, Optional.of(TestHub.TOKEN))) {
                client.push(History.header("main", Optional.empty(), false, new Lease.None()), out -> {
                    for (Map.Entry<Sha256, byte[]> object : history.objects().entrySet()) {
                        out.write(History.raw(object.getKey(), object.getValue()));
                    }
                    out.write(new Frame.End(history.objects().size(), 0));
                }, Limits.DEFAULT, _ -> { });
                postmaster().destroyForcibly();
                assertEquals(history.objects().keySet(), onceItIsBack(() -> client.stored(history.objects().keySet())));
            }
        }
    }

    /** Waits until the hub reaches its database again. */
    private static <T> T onceItIsBack(Supplier<T> ask) {
        return Await.until("the database", () -> {
            try {
                return Optional.of(ask.get());
            } catch (Problem e) {
                if (!e.code().retryable()) {
                    throw e;
                }
                return Optional.<T>empty();
            }
        }, Optional::isPresent).orElseThrow();
    }

    private ProcessHandle postmaster() throws IOException {
        Path file = temp.resolve("hub/postgres/data/postmaster.pid");
        return ProcessHandle.of(Long.parseLong(Files.readAllLines(file).getFirst().strip())).orElseThrow();
    }

    private long segments() throws IOException {
        try (var files = Files.walk(temp.resolve("hub/objects"))) {
            return files.filter(Files::isRegularFile).count();
        } catch (UncheckedIOException renamedMeanwhile) {
            return -1;
        }
    }
}
