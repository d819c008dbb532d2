package dev.musehub.core.push;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.musehub.core.io.MemoryBudget;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.store.DiskStore;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.Lease;
import dev.musehub.core.wire.Limits;
import dev.musehub.repositories.Polyglots;
import dev.musehub.testing.Await;
import dev.musehub.testing.History;
import dev.musehub.testing.PushFixture;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that stop in the middle of a push hold no memory that others wait for. */
@Tag("T5")
class SlowPushersT5Test {

    private static final int MEBIBYTE = 1 << 20;

    @TempDir
    private Path root;
    private PushFixture bench;
    private PushServices hub;
    private final MemoryBudget budget = new MemoryBudget(32 * MEBIBYTE);

    @BeforeEach
    void open() throws IOException {
        DiskStore store = new DiskStore(root.resolve("objects"));
        bench = new PushFixture(store);
        hub = new PushServices(bench.pool(), store, new Semaphore(PushServices.PUTS), budget, Limits.DEFAULT,
                Files.createDirectory(root.resolve("scratch")), Polyglots::refuse, _ -> { });
    }

    @AfterEach
    void close() throws IOException {
        bench.close();
        try (var left = Files.list(root.resolve("scratch"))) {
            assertEquals(List.of(), left.toList());
        }
    }

    /** The first bytes of a stream; then the client stands still until it goes on. */
    private final class StandingClient extends InputStream {
        private final InputStream first;
        private final InputStream rest;
        private final CountDownLatch stands = new CountDownLatch(1);
        private final CountDownLatch goesOn = new CountDownLatch(1);
        private final CompletableFuture<Frame.Result> result = new CompletableFuture<>();

        StandingClient(byte[] stream, int bytes, String slug) {
            first = new ByteArrayInputStream(stream, 0, bytes);
            rest = new ByteArrayInputStream(stream, bytes, stream.length - bytes);
            Repository into = bench.another(slug);
            Thread.ofVirtual().start(() -> {
                try {
                    result.complete(bench.push(hub, into, this));
                } catch (RuntimeException e) {
                    result.completeExceptionally(e);
                }
            });
        }

        StandingClient standing() throws InterruptedException {
            stands.await();
            return this;
        }

        Frame.Result end() {
            goesOn.countDown();
            return result.join();
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] b, int off, int len) throws IOException {
            int n = first.read(b, off, len);
            if (n >= 0) {
                return n;
            }
            stands.countDown();
            try {
                goesOn.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return rest.read(b, off, len);
        }
    }

    private static final Frame.Header HEADER = History.header("main", Optional.empty(), false, new Lease.None());

    /** Objects of noise, which nothing packs. */
    private static List<Frame> objects(int count, int bytes) {
        Random random = new Random(count);
        List<Frame> frames = new ArrayList<>(List.of(HEADER));
        for (int i = 0; i < count; i++) {
            byte[] noise = new byte[bytes];
            random.nextBytes(noise);
            frames.add(History.raw(Sha256.of(noise), noise));
        }
        frames.add(new Frame.End(count, 0));
        return frames;
    }

    private void holdsNothing(List<Frame> frames, int missing) throws InterruptedException {
        byte[] stream = History.bytes(frames);
        StandingClient client = new StandingClient(stream, stream.length - missing, "slow").standing();
        assertEquals(0, budget.heldBytes());
        client.end();
        assertEquals(0, budget.heldBytes());
    }

    private static int endFrame(Frame end) {
        return History.bytes(List.of(end)).length;
    }

    @Test
    void anObjectThatIsNotWholeHoldsNothing() throws InterruptedException {
        holdsNothing(objects(1, 20 * MEBIBYTE), endFrame(new Frame.End(1, 0)) + 1);
        assertEquals(1, bench.count("from objects"));
    }

    @Test
    void aPieceThatIsNotWholeHoldsNothing() throws InterruptedException {
        byte[] noise = new byte[6 * MEBIBYTE];
        new Random(1).nextBytes(noise);
        Sha256 id = Sha256.of(noise);
        holdsNothing(List.of(HEADER, new Frame.LargePiece(id, noise.length, 0, Arrays.copyOf(noise, 4 * MEBIBYTE)),
                new Frame.LargePiece(id, noise.length, 4 * MEBIBYTE, Arrays.copyOfRange(noise, 4 * MEBIBYTE,
                noise.length)), new Frame.End(1, 0)), endFrame(new Frame.End(1, 0)) + 1);
        assertEquals(1, bench.count("from objects"));
    }

    /** A history whose one pack takes more than a little when it is unpacked. */
    private static History wide() {
        Map<String, String> files = new TreeMap<>();
        for (int i = 0; i < 5_000; i++) {
            files.put("directory/of/some/length/file" + i, "same");
        }
        History history = new History();
        history.commit("wide", files);
        return history;
    }

    /** The frames of {@link #wide} without its object, which came before: else it would wait for the rest of a batch. */
    private List<Frame> pack() {
        byte[] same = "same".getBytes(StandardCharsets.UTF_8);
        bench.push(hub, bench.another("slow"), new ByteArrayInputStream(History.bytes(List.of(HEADER,
                History.raw(Sha256.of(same), same), new Frame.End(1, 0)))));
        List<Frame> frames = new ArrayList<>(wide().push("main"));
        frames.remove(1);
        frames.set(frames.size() - 1, new Frame.End(0, 1));
        return frames;
    }

    @Test
    void aPackThatIsNotWholeHoldsNothing() throws InterruptedException {
        holdsNothing(pack(), endFrame(new Frame.End(0, 1)) + 1);
        assertEquals(1, bench.count("from commits"));
    }

    @Test
    void behindAPackNothingIsHeld() throws InterruptedException {
        holdsNothing(pack(), 1);
        assertEquals(1, bench.count("from commits"));
    }

    @Test
    void whatWaitsForTheRestOfItsBatchGivesWayToAPush() throws InterruptedException {
        List<StandingClient> slow = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            byte[] stream = History.bytes(objects(12 + i, MEBIBYTE / 2));
            slow.add(new StandingClient(stream, stream.length - 1, "slow" + i).standing());
        }
        assertFalse(budget.heldBytes() == 0, "they wait for the rest of a batch");
        byte[] large = History.bytes(objects(1, 28 * MEBIBYTE));
        assertEquals(1, bench.push(hub, bench.repository(), new ByteArrayInputStream(large)).stored());
        for (int i = 0; i < slow.size(); i++) {
            assertEquals(12 + i, slow.get(i).end().stored());
        }
        Await.until("all memory to be given back", () -> budget.heldBytes() == 0);
    }
}
