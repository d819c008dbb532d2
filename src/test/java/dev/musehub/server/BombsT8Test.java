package dev.musehub.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.history.Commit;
import dev.musehub.core.history.ManifestDelta;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.FrameReader;
import dev.musehub.core.wire.FrameWriter;
import dev.musehub.core.wire.Lease;
import dev.musehub.core.wire.Limits;
import dev.musehub.testing.History;
import dev.musehub.testing.Musehub;
import dev.musehub.testing.TestDatabase;
import dev.musehub.testing.TestHub;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams that ask for as much memory as the limits allow, several at a time, of a hub with 256 MiB. */
@Tag("T8")
@Tag("long")
class BombsT8Test {

    private static final int OBJECT = Limits.DEFAULT.objectBytes();

    @TempDir
    private static Path temp;
    private static Musehub.Serving hub;

    @BeforeAll
    static void open() throws IOException {
        hub = new Musehub.Serving(temp.resolve("data"), temp, Map.of("DATABASE_URL", TestDatabase.freshUrl()));
    }

    @AfterAll
    static void close() {
        hub.close();
    }

    private interface Stream {
        void write(FrameWriter out) throws IOException;
    }

    /** Ready before a request begins: a client that works between two frames looks like one that has stalled. */
    private static byte[] bytes(Stream stream) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FrameWriter frames = new FrameWriter(out);
        frames.write(History.header("main", Optional.empty(), false, new Lease.None()));
        stream.write(frames);
        frames.flush();
        return out.toByteArray();
    }

    /** Pushes to {@code slug}; the code of the refusal, or R, or what broke. */
    private static String push(String slug, byte[] stream) throws IOException {
        HttpURLConnection http = (HttpURLConnection) URI.create(hub.repository(slug) + "/push/stream").toURL()
                .openConnection();
        http.setRequestMethod("POST");
        http.setDoOutput(true);
        http.setChunkedStreamingMode(64 << 10);
        http.setRequestProperty("Authorization", "Bearer " + TestHub.TOKEN);
        http.setRequestProperty("Content-Type", "application/x-muse-packstream");
        try (OutputStream out = http.getOutputStream()) {
            out.write(stream);
        } catch (IOException e) {
            // Refused before all of it was sent; the answer says why.
        }
        if (http.getResponseCode() != 200) {
            return Integer.toString(http.getResponseCode());
        }
        try (InputStream in = http.getInputStream()) {
            FrameReader reader = new FrameReader(in, Limits.DEFAULT);
            Frame last = null;
            for (Optional<Frame> f = reader.next(); f.isPresent(); f = reader.next()) {
                last = f.get();
            }
            return last instanceof Frame.Failure x ? x.code() + ": " + x.message() : String.valueOf(last).substring(0, 6);
        }
    }

    /** Pushes the same from several clients; all answers. */
    private static List<String> push(int clients, Stream stream) throws Exception {
        byte[] bytes = bytes(stream);
        List<Future<String>> answers = new ArrayList<>();
        try (ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < clients; i++) {
                String slug = "bomb" + i;
                answers.add(all.submit(() -> push(slug, bytes)));
            }
        }
        List<String> said = new ArrayList<>();
        for (Future<String> answer : answers) {
            said.add(answer.get());
        }
        return said;
    }

    @AfterEach
    void theHubTakesAPush() throws IOException {
        assertTrue(hub.process().isAlive());
        History history = History.line("n", 3);
        assertEquals("Result", push("normal", History.bytes(history.push("main"))));
    }

    @Test
    void manySmallFramesThatUnpackToLargeObjectsWaitForEachOther() throws Exception {
        List<String> said = push(4, out -> {
            for (byte fill = 0; fill < 3; fill++) {
                byte[] raw = new byte[OBJECT];
                Arrays.fill(raw, fill);
                ByteArrayOutputStream packed = new ByteArrayOutputStream();
                try (DeflaterOutputStream zlib = new DeflaterOutputStream(packed)) {
                    zlib.write(raw);
                }
                out.write(new Frame.ObjectFrame(Sha256.of(raw), Frame.Encoding.ZLIB, OBJECT,
                        packed.toByteArray()));
            }
            out.write(new Frame.End(3, 0));
        });
        said.forEach(answer -> assertEquals("Result", answer));
    }

    private static Sha256 id(Random random) {
        byte[] id = new byte[32];
        random.nextBytes(id);
        return Sha256.ofBytes(id);
    }

    /** Each C frame full of ids that nobody has. */
    @Test
    void moreIdsThanMemoryHoldsAreRefusedAtOnceAndOthersAskedToComeBack() throws Exception {
        List<String> said = push(3, out -> {
            Random random = new Random();
            for (int frame = 0; frame < 12; frame++) {
                Map<String, Sha256> set = new TreeMap<>();
                for (int i = 0; i < 100_000; i++) {
                    set.put(Integer.toString(i, 36), id(random));
                }
                out.write(new Frame.CommitPack(List.of(new Frame.SnapshotDelta(id(random), Optional.empty(),
                        new ManifestDelta(set, List.of()), "t", Optional.empty(), false)), List.of()));
            }
            out.write(new Frame.CommitPack(List.of(), List.of(History.commit("c", List.of(), id(random)))));
            out.write(new Frame.End(0, 1));
        });
        said.forEach(answer -> assertTrue(answer.matches("(limit-exceeded|busy): .*"), answer));
    }

    /** Ten million small numbers in ten megabytes take forty times that on the heap. */
    @Test
    void commitsOfMoreValuesThanMemoryHoldsAreRefused() throws Exception {
        List<String> said = push(3, out -> {
            for (int n = 0; n < 3; n++) {
                History history = new History();
                int number = n;
                history.commit("c", List.of(), Map.of("a", "a"), Set.of(), c -> new Commit(
                        c.id(), "", "", c.snapshotId(), c.message(), c.committedAt(), Optional.empty(), Optional.empty(),
                        "", Map.of(), Optional.of(new Value.Array(Collections.nCopies(10_000_000,
                        new Value.Int(number)))), "none", List.of(), "", "", "", "", "", "", 5, List.of(), 0));
                out.write(new Frame.CommitPack(List.of(), history.commits()));
            }
            out.write(new Frame.End(0, 3));
        });
        said.forEach(answer -> assertTrue(answer.matches("(limit-exceeded|busy): .*"), answer));
    }
}
