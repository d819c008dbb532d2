package dev.musehub.client.muse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.musehub.client.snapshots.Snapshot;
import dev.musehub.core.history.CommitFields;
import dev.musehub.core.history.Ids;
import dev.musehub.core.model.Value;
import dev.musehub.testing.Samples;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The client writes the same bytes as Muse. */
@Tag("T1")
class RealRepositoriesT1Test {

    @TempDir
    private Path temp;

    @ParameterizedTest
    @CsvSource({"corpora-131, 131, 97", "edge-cases, 14, 9"})
    void everyFileReadAndWrittenAgainIsTheSame(String name, int commits, int snapshots) throws IOException {
        Path muse = Samples.unpack(name, temp).resolve(".muse");
        List<Path> commitFiles = files(muse.resolve("commits"));
        assertEquals(commits, commitFiles.size());
        for (Path file : commitFiles) {
            byte[] bytes = Files.readAllBytes(file);
            byte[] again = MuseJson.encode(CommitFields.FILE.of(CommitFields.FILE.parse(MuseJson.decode(bytes))
                    .checked()));
            assertArrayEquals(bytes, again, file.toString());
        }
        List<Path> snapshotFiles = files(muse.resolve("snapshots"));
        assertEquals(snapshots, snapshotFiles.size());
        for (Path file : snapshotFiles) {
            byte[] bytes = Files.readAllBytes(file);
            Snapshot snapshot = MuseJson.readSnapshot(new ByteArrayInputStream(bytes));
            assertEquals(snapshot.id(), Ids.snapshot(snapshot.manifest()));
            assertArrayEquals(bytes, MuseJson.encode(snapshot), file.toString());
        }
        for (Path file : files(muse.resolve("tags"))) {
            byte[] bytes = Files.readAllBytes(file);
            assertArrayEquals(bytes, MuseJson.encode(MuseJson.decode(bytes)), file.toString());
        }
    }

    @Test
    void theGoldenFilesComeOutByteForByte() throws IOException {
        for (Value.Dict c : Samples.vectors("commit-file")) {
            byte[] text = c.text("text", "").getBytes(StandardCharsets.UTF_8);
            assertArrayEquals(text, MuseJson.encode(CommitFields.FILE.of(
                    CommitFields.FILE.parse(MuseJson.decode(text)))), c.text("name", ""));
        }
        for (Value.Dict c : Samples.vectors("snapshot-file")) {
            byte[] text = c.text("text", "").getBytes(StandardCharsets.UTF_8);
            assertArrayEquals(text, MuseJson.encode(MuseJson.readSnapshot(new ByteArrayInputStream(text))),
                    c.text("name", ""));
        }
    }

    @ParameterizedTest
    @CsvSource({"1.0", "0.5", "1e+16", "1e-05", "0.0001", "123456789.123", "5e-324", "-0.0", "0.0", "1.5e+300",
        "9999999999999998.0", "-2.5e-10", "12345678.0"})
    void floatsAreWrittenAsPythonDoes(String python) throws IOException {
        byte[] file = ("{\n  \"x\": " + python + "\n}\n").getBytes(StandardCharsets.US_ASCII);
        assertEquals(new String(file, StandardCharsets.US_ASCII),
                new String(MuseJson.encode(MuseJson.decode(file)), StandardCharsets.US_ASCII));
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }
}
