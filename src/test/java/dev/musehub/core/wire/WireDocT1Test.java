package dev.musehub.core.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.client.snapshots.UsualOrder;
import dev.musehub.core.history.Ids;
import dev.musehub.core.history.Manifest;
import dev.musehub.core.io.Zstd;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.testing.History;
import dev.musehub.testing.TestHub;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The protocol's description says what the code does. */
@Tag("T1")
class WireDocT1Test {

    private static final Path DOC = Path.of("src/site/markdown/wire.md");

    @Test
    void everyHexExampleIsWhatTheCodecWritesAndReads() throws IOException {
        List<String> kinds = new ArrayList<>();
        Matcher example = Pattern.compile("```hex\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(DOC));
        while (example.find()) {
            byte[] bytes = HexFormat.of().parseHex(example.group(1).replaceAll("\\s", ""));
            Frame frame = new FrameReader(new ByteArrayInputStream(bytes), Limits.DEFAULT).next().orElseThrow();
            assertEquals(HexFormat.of().formatHex(bytes), HexFormat.of().formatHex(History.bytes(List.of(frame))));
            kinds.add(frame.getClass().getSimpleName());
        }
        assertEquals(List.of("Header", "ObjectFrame", "CommitPack", "End", "Progress", "Result", "Failure", "ObjectFrame",
                "BatchFrame", "LargePiece", "LargePiece", "CommitPack"), kinds);
    }

    @Test
    void packedObjectsPiecesAndSnapshotsOfTheExamplesGiveTheirIds() throws IOException {
        List<Frame> frames = examples();
        Frame.ObjectFrame first = (Frame.ObjectFrame) frames.get(7);
        Frame.BatchFrame batch = (Frame.BatchFrame) frames.get(8);
        Sha256 second = batch.ids().getFirst();
        assertEquals(List.of(first.id()), batch.prefix());
        try (Zstd zstd = new Zstd()) {
            byte[] raw = ObjectCoding.unpack(batch, first.data(), zstd).getFirst();
            assertEquals(second, Sha256.of(raw));
            assertEquals("today " + new String(first.data(), StandardCharsets.UTF_8),
                    new String(raw, StandardCharsets.UTF_8));
        }
        ByteArrayOutputStream pieces = new ByteArrayOutputStream();
        pieces.write(((Frame.LargePiece) frames.get(9)).data());
        pieces.write(((Frame.LargePiece) frames.get(10)).data());
        assertEquals(second, Sha256.of(pieces.toByteArray()));
        List<Frame.SnapshotDelta> parts = ((Frame.CommitPack) frames.get(11)).snapshots();
        Frame.SnapshotDelta whole = parts.get(0).join(parts.get(1));
        Manifest manifest = Manifest.EMPTY.apply(whole.delta());
        assertEquals(whole.id(), Ids.snapshot(manifest));
        assertArrayEquals(UsualOrder.unless(manifest, List.of("a/x", "z")).orElseThrow(), whole.order().orElseThrow());
    }

    private static List<Frame> examples() throws IOException {
        return Pattern.compile("```hex\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(DOC)).results()
                .map(example -> HexFormat.of().parseHex(example.group(1).replaceAll("\\s", "")))
                .map(bytes -> new FrameReader(new ByteArrayInputStream(bytes), Limits.DEFAULT).next().orElseThrow())
                .toList();
    }

    @Test
    void everyErrorCodeOfTheHubIsDescribedWithItsStatus() throws IOException {
        String doc = Files.readString(DOC);
        for (Problem.Code code : Problem.Code.values()) {
            boolean clientOnly = switch (code) {
                case NO_REPOSITORY, DAMAGED_REPOSITORY, UNREACHABLE, INSECURE -> true;
                default -> false;
            };
            String row = "| `" + code.text() + "` | " + code.status() + " | " + (code.retryable() ? "yes" : "no") + " |";
            assertTrue(clientOnly || doc.contains(row), "wire.md lacks: " + row);
        }
    }

    @Test
    void everyPublishedLimitIsDescribedWithItsDefault() throws IOException {
        String doc = Files.readString(DOC).replace(",", "");
        Limits.DEFAULT.toValue().entries().forEach((key, value) -> assertTrue(
                doc.contains("| `" + key + "` | " + value.asInt(key) + " |"), "wire.md lacks limit " + key));
    }

    /** Silence of a running push must never last 10 s: proxies and clients give up after a minute, people earlier. */
    @Test
    void theHeartbeatOfAHubIsTheOneDescribed() throws IOException {
        long seconds = TestHub.DEFAULTS.heartbeat().toSeconds();
        assertTrue(Files.readString(DOC).replace('\n', ' ').contains("at least every " + seconds
                + " s, so silence never lasts 10 s"), "a hub says something every " + seconds + " s; wire.md differs");
        assertTrue(seconds < 10);
    }
}
