package dev.musehub.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("T6")
class DataDirectoryT6Test {
    @TempDir
    Path parent;

    @Test
    void aNewDirectoryIsPrivate() throws IOException {
        Path dir = parent.resolve("new", "data");
        try (DataDirectory data = DataDirectory.open(dir)) {
            assertEquals(dir.toRealPath(), data.path());
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(dir)));
        }
    }

    @Test
    void theSameProcessIsRefusedASecondTime() throws IOException {
        try (DataDirectory held = DataDirectory.open(parent)) {
            Path otherName = Files.createSymbolicLink(parent.resolve("link"), held.path());
            for (Path name : new Path[] {parent, otherName}) {
                IOException refusal = assertThrows(IOException.class, () -> DataDirectory.open(name));
                assertEquals(refusalOf(held), refusal.getMessage());
            }
        }
    }

    /** After a refused attempt from here, too: closing a second channel would have dropped the process's lock. */
    @Test
    void anotherProcessIsRefusedAndToldTheHolder() throws Exception {
        try (DataDirectory held = DataDirectory.open(parent)) {
            assertThrows(IOException.class, () -> DataDirectory.open(parent));
            assertEquals(refusalOf(held), openInAnotherProcess(parent));
        }
        assertEquals("opened", openInAnotherProcess(parent));
    }

    @Test
    void aClosedDirectoryMayBeOpenedAgain() throws IOException {
        DataDirectory first = DataDirectory.open(parent);
        first.close();
        try (DataDirectory second = DataDirectory.open(parent)) {
            first.close();
            assertThrows(IOException.class, () -> DataDirectory.open(second.path()));
        }
    }

    private static String refusalOf(DataDirectory held) {
        return "another hub (pid " + ProcessHandle.current().pid() + ") uses " + held.path()
                + "; stop it or choose another --data";
    }

    private static String openInAnotherProcess(Path dir) throws Exception {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                Opener.class.getName(), dir.toString()).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        process.waitFor();
        return said;
    }

    /** The other process: says "opened", or why not. */
    static final class Opener {
        private Opener() {
        }

        public static void main(String[] arguments) {
            try {
                DataDirectory.open(Path.of(arguments[0])).close();
                System.out.println("opened");
            } catch (IOException e) {
                System.out.println(e.getMessage());
            }
        }
    }
}
