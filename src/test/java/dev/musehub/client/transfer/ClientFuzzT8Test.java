package dev.musehub.client.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.musehub.client.commands.CloneCommand;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.core.history.Commit;
import dev.musehub.core.history.Manifest;
import dev.musehub.core.model.Sha256;
import dev.musehub.testing.fuzz.HostileHub;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clones from a hostile hub: the client keeps nothing wrong and writes nothing outside of the clone. */
@Tag("T8")
@Tag("long")
class ClientFuzzT8Test {

    private static final long SEED = Long.getLong("musehub.seed", 8);
    private static final int INPUTS = Integer.getInteger("musehub.fuzz.inputs", 200);

    @TempDir
    private Path temp;
    private final Map<String, Integer> outcomes = new TreeMap<>();
    private final List<String> violations = new ArrayList<>();

    @Test
    void whateverAHubAnswersOnlyWhatIsRightIsKept() throws IOException {
        Path target = temp.resolve("work/target");
        Files.createDirectories(temp.resolve("work"));
        try (HostileHub hub = new HostileHub(SEED)) {
            for (int i = 0; i < INPUTS; i++) {
                hub.wrong(List.of("refs", "fetch", "fetch/objects", "tags").get(i % 4));
                ByteArrayOutputStream said = new ByteArrayOutputStream();
                int code = cloned(hub, target, said);
                check(i, code, said.toString(StandardCharsets.UTF_8), target);
                delete(target);
            }
        }
        String seed = "seed " + SEED + ", outcomes " + outcomes;
        assertEquals(List.of(), violations, seed);
        if (Boolean.getBoolean("musehub.verbose")) {
            System.out.println(seed);
        }
    }

    private static int cloned(HostileHub hub, Path target, ByteArrayOutputStream said) {
        PrintStream err = System.err;
        PrintStream out = System.out;
        PrintStream both = new PrintStream(said, true, StandardCharsets.UTF_8);
        System.setErr(both);
        System.setOut(both);
        try {
            return new CloneCommand().execute(List.of(hub.url().toString(), target.toString()));
        } finally {
            System.setErr(err);
            System.setOut(out);
        }
    }

    private void check(int input, int code, String said, Path target) throws IOException {
        outcomes.merge("exit " + code, 1, Integer::sum);
        if (code != 0 && code != 1 && code != 4 && code != 5) {
            violations.add(input + ": exit code " + code + ": " + said);
        }
        if (code != 0 && !said.contains("musehub: ") || said.contains("\tat ") || said.contains("\u001b")
                || said.contains("Exception")) {
            violations.add(input + " says: " + said);
        }
        try (Stream<Path> files = Files.list(temp.resolve("work")); Stream<Path> outside = Files.list(temp)) {
            List<Path> left = files.toList();
            if (!left.equals(code == 0 ? List.of(target) : List.of()) || outside.count() != 1) {
                violations.add(input + ": exit code " + code + " leaves " + left);
            }
        }
        if (code == 0) {
            try {
                requireSound(target);
            } catch (RuntimeException | AssertionError e) {
                violations.add(input + ": accepted, but " + e);
            }
        }
    }

    /** Everything reachable from the head is present and matches its id, and the tree is that of the head. */
    private static void requireSound(Path target) throws IOException {
        MuseRepository local = MuseRepository.open(target);
        Set<Sha256> seen = new HashSet<>();
        Deque<Sha256> todo = new ArrayDeque<>(local.heads().values());
        while (!todo.isEmpty()) {
            Sha256 id = todo.pop();
            if (seen.add(id)) {
                Commit commit = local.readCommit(id);
                Manifest manifest = local.readSnapshot(commit.snapshotId()).manifest();
                for (int i = 0; i < manifest.size(); i++) {
                    local.objects().read(manifest.objectId(i));
                }
                todo.addAll(commit.parents());
            }
        }
        Sha256 head = local.head(local.currentBranch().orElseThrow()).orElseThrow();
        Manifest manifest = local.readSnapshot(local.readCommit(head).snapshotId()).manifest();
        for (int i = 0; i < manifest.size(); i++) {
            assertEquals(manifest.objectId(i), Sha256.of(Files.readAllBytes(target.resolve(manifest.path(i)))));
        }
    }

    private static void delete(Path target) throws IOException {
        if (Files.exists(target)) {
            try (Stream<Path> files = Files.walk(target)) {
                for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
