package dev.musehub.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

@Tag("T5")
class PostgresBinariesT5Test {
    @TempDir
    Path dir;

    @Test
    void everySupportedPlatformHasItsArchive() throws IOException {
        for (String system : new String[] {"Linux", "Mac OS X"}) {
            for (String processor : new String[] {"amd64", "aarch64"}) {
                String archive = PostgresBinaries.archiveFor(system, processor);
                assertTrue(getClass().getResource("/" + archive) != null, archive);
            }
        }
    }

    @Test
    void anotherPlatformIsToldToBringItsOwn() {
        IOException failure = assertThrows(IOException.class,
                () -> PostgresBinaries.archiveFor("Windows 11", "amd64"));
        assertTrue(failure.getMessage().contains("--database-url"), failure.getMessage());
    }

    @Test
    void whatWasHalfUnpackedIsNotUsed() throws Exception {
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        Path unfinished = Files.createDirectories(dir.resolve("bin-18.6.0.unfinished-" + dead.pid() + "/bin"));
        Files.writeString(unfinished.resolve("postgres"), "cut sho");

        PostgresPrograms programs = PostgresBinaries.unpackedIn(dir);
        assertEquals("postgres (PostgreSQL) 18.6", programs.run("postgres", "--version").output());
        assertFalse(Files.exists(unfinished));
    }

    @Test
    void linksAndExecutablesStayWhatTheyAre() throws IOException {
        PostgresBinaries.unpack(archive(file("bin/run", 0755), file("share/words", 0644), link("bin/go", "run")), dir);
        assertTrue(Files.isExecutable(dir.resolve("bin/run")));
        assertFalse(Files.isExecutable(dir.resolve("share/words")));
        assertEquals(Path.of("run"), Files.readSymbolicLink(dir.resolve("bin/go")));
    }

    @Test
    void nothingEscapes() throws IOException {
        Path inner = dir.resolve("inner");
        assertRefused(archive(file("../out", 0644)), inner);
        assertRefused(archive(link("bin/out", "../../out")), inner);
        assertRefused(archive(link("bin/passwords", "/etc/passwd")), inner);
        assertFalse(Files.exists(dir.resolve("out")));
    }

    private static void assertRefused(InputStream archive, Path target) {
        IOException refusal = assertThrows(IOException.class, () -> PostgresBinaries.unpack(archive, target));
        assertTrue(refusal.getMessage().contains("escapes"), refusal.getMessage());
    }

    private static TarArchiveEntry file(String name, int mode) {
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        entry.setMode(mode);
        entry.setSize(name.length());
        return entry;
    }

    private static TarArchiveEntry link(String name, String target) {
        TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_SYMLINK, true);
        entry.setLinkName(target);
        return entry;
    }

    /** An archive whose files contain their own names. */
    private static InputStream archive(TarArchiveEntry... entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(new XZOutputStream(bytes, new LZMA2Options(0)))) {
            for (TarArchiveEntry entry : entries) {
                tar.putArchiveEntry(entry);
                if (entry.isFile() && !entry.isSymbolicLink()) {
                    tar.write(entry.getName().getBytes(StandardCharsets.UTF_8));
                }
                tar.closeArchiveEntry();
            }
        }
        return new ByteArrayInputStream(bytes.toByteArray());
    }
}
