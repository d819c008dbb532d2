package dev.musehub.smoke;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.musehub.cli.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("T8")
class SmokeT8Test {

    @TempDir
    Path dir;

    @Test
    void theSmallestSizeGoesToAHubOfItsOwnAndBackAndNothingIsLeft() throws IOException {
        int code = new SmokeCommand().execute(List.of("--sizes", "XS", "--dir", dir.toString(), "--md"));

        assertEquals(ExitCode.OK, code);
        assertEquals(List.of(), left());
    }

    @Test
    void aHubThatDoesNotAnswerFailsAndNothingIsLeft() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }

        int code = new SmokeCommand().execute(
                List.of("--sizes", "XS", "--dir", dir.toString(), "http://127.0.0.1:" + port));

        assertNotEquals(ExitCode.OK, code);
        assertEquals(List.of(), left());
    }

    @Test
    void m41HasTheNumbersOfTheReferenceWorkload() {
        HistoryGenerator author = new HistoryGenerator(Workload.M41);
        Set<String> tree = new HashSet<>();
        int commits = 0;
        long objects = 0;
        long entries = 0;
        long bytes = 0;
        while (author.unfinished()) {
            HistoryGenerator.GeneratedCommit edit = author.next();
            commits++;
            objects += edit.files().size();
            bytes += edit.files().values().stream().mapToLong(content -> content.length).sum();
            tree.addAll(edit.files().keySet());
            entries += tree.size();
        }

        assertEquals(988, commits);
        assertEquals(8791, objects);
        assertEquals(836_788, entries);
        assertEquals(245, bytes / 1_000_000);
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> files = Files.list(dir)) {
            return files.toList();
        }
    }
}
