package dev.musehub.core.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.history.Commit;
import dev.musehub.core.history.ManifestDelta;
import dev.musehub.core.io.MsgPack;
import dev.musehub.core.io.Zstd;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.testing.History;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePacker;

/** The frames as bytes and back; hostile bytes. */
@Tag("T1")
class CodecT1Test {

    private static final Sha256 ID = Sha256.of(new byte[] {1});
    private static final Sha256 OTHER = Sha256.of(new byte[] {2});

    static List<Frame> frames() {
        History history = new History();
        history.commit("ünï🎵\n\0", Map.of("a/\ud83c\udfb5", "x"));
        Commit full = new Commit(ID, "r", "b", OTHER, "m", History.TIME, Optional.of(ID), Optional.of(OTHER), "Zoë",
                Map.of("section", "verse"), Optional.of(Value.dict().put("n", 1).put("x", new Value.Real(1.5))
                        .put("l", new Value.Array(List.of(Value.NULL, Value.of(true)))).build()), "major",
                List.of("one", "two"), "agent", "model", "tool", "hash", "sig", "key", 5, List.of("ann"), 7);
        return List.of(
                new Frame.Header(2, "feature/ü", Optional.of(ID), true, new Lease.At(OTHER), 3, 4, 5, "a", "b", "c"),
                new Frame.Header(2, "m", Optional.empty(), false, new Lease.Unborn(), 0, 0, 0, "", "", ""),
                new Frame.Header(2, "m", Optional.empty(), false, new Lease.None(), 0, 0, 0, "", "", ""),
                new Frame.CommitPack(history.snapshots(history.commits()), history.commits()),
                new Frame.CommitPack(List.of(new Frame.SnapshotDelta(ID, Optional.of(OTHER),
                        new ManifestDelta(new TreeMap<>(Map.of("p", OTHER)), List.of("q", "r")), "now",
                        Optional.empty(), true)), List.of(full)),
                new Frame.CommitPack(List.of(), List.of()),
                new Frame.End(Long.MAX_VALUE, 0),
                new Frame.Progress("receive", 1, 2, 3),
                new Frame.Failure("code", "message", true, Value.dict().put("k", "v").build()),
                new Frame.Result("b", Optional.of(ID), Optional.of(OTHER), Map.of("b", OTHER), 1, 2, 3, 4,
                        Map.of("receive", 1.5), 2.5, List.of("careful"), Optional.empty(), false));
    }

    @ParameterizedTest
    @MethodSource("frames")
    void everyFrameComesBackAsItWas(Frame frame) {
        assertEquals(List.of(frame), read(History.bytes(List.of(frame))));
    }

    @Test
    void anObjectFrameComesBackByteForByte() {
        byte[] data = new byte[300_000];
        new Random(1).nextBytes(data);
        Frame.ObjectFrame sent = new Frame.ObjectFrame(ID, Frame.Encoding.ZSTD, 7, data);
        Frame.ObjectFrame got = (Frame.ObjectFrame) read(History.bytes(List.of(sent))).getFirst();
        assertArrayEquals(data, got.data());
        assertEquals(7, got.size());
    }

    @Test
    void aBatchComesBackByteForByte() {
        byte[] data = new byte[300_000];
        new Random(1).nextBytes(data);
        Frame.BatchFrame sent = new Frame.BatchFrame(List.of(ID, OTHER), new int[] {70_000, 0}, List.of(OTHER), data);
        Frame.BatchFrame got = (Frame.BatchFrame) read(History.bytes(List.of(sent))).getFirst();
        assertArrayEquals(data, got.zstd());
        assertArrayEquals(sent.sizes(), got.sizes());
        assertEquals(sent.ids(), got.ids());
        assertEquals(sent.prefix(), got.prefix());
    }

    @Test
    void batchesThatContradictThemselvesAreRefused() {
        byte[] data = {1};
        assertRefused(Problem.Code.MALFORMED_STREAM, batch(List.of(ID, OTHER), new int[] {1}, data));
        assertRefused(Problem.Code.MALFORMED_STREAM, batch(List.of(), new int[0], data));
        assertRefused(Problem.Code.LIMIT_EXCEEDED, batch(List.of(ID, OTHER),
                new int[] {1, Limits.DEFAULT.batchBytes()}, data));
        assertRefused(Problem.Code.LIMIT_EXCEEDED, batch(Collections.nCopies(65, ID), new int[65], data));
        assertRefused(Problem.Code.LIMIT_EXCEEDED, batch(List.of(ID), new int[] {Limits.DEFAULT.objectBytes() + 1}, data));
    }

    private static byte[] batch(List<Sha256> ids, int[] sizes, byte[] data) {
        return History.bytes(List.of(new Frame.BatchFrame(ids, sizes, List.of(), data)));
    }

    @Test
    void aPackedCommitPackIsReadAsWhatItHolds() throws IOException {
        for (Frame frame : frames()) {
            if (frame instanceof Frame.CommitPack pack) {
                assertEquals(List.of(frame), read(packedPack(pack)));
            }
        }
    }

    /** Commits take more than eight times their bytes; the bound is that of the frame, packed or not. */
    @Test
    void manySmallCommitsInAPackedFrameAreWithinTheBounds() throws IOException {
        Frame.CommitPack pack = new Frame.CommitPack(List.of(), History.line("many", 3_000).commits());
        assertEquals(List.of(pack), read(packedPack(pack)));
    }

    private static byte[] packedPack(Frame.CommitPack pack) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FrameWriter writer = new FrameWriter(out);
        writer.writePacked(pack);
        writer.flush();
        return out.toByteArray();
    }

    @Test
    void aPackWithinAPackOrOfAnotherSizeIsRefused() throws IOException {
        try (Zstd zstd = new Zstd()) {
            byte[] inner = packed(p -> p.packMapHeader(2).packString("size").packInt(1).packString("packed")
                    .packBinaryHeader(0));
            assertRefused(Problem.Code.MALFORMED_STREAM, pack(zstd, inner, inner.length));
            assertRefused(Problem.Code.INVALID_ENCODING, pack(zstd, inner, inner.length + 1));
            assertRefused(Problem.Code.LIMIT_EXCEEDED, pack(zstd, inner, Limits.DEFAULT.frameBytes() + 1));
            assertRefused(Problem.Code.MALFORMED_STREAM, pack(zstd, new byte[] {(byte) 0x80, 0}, 2));
        }
    }

    private static byte[] pack(Zstd zstd, byte[] inner, int size) throws IOException {
        byte[] data = zstd.compress(inner, Zstd.noPrefix());
        return packed(p -> p.packMapHeader(3).packString("t").packString("C").packString("size").packInt(size)
                .packString("packed").packBinaryHeader(data.length).writePayload(data));
    }

    @Test
    void aKeyOrderTravels() {
        Frame.SnapshotDelta s = new Frame.SnapshotDelta(ID, Optional.empty(), ManifestDelta.EMPTY, "t",
                Optional.of(new int[] {2, 0, 70_000}), false);
        Frame.CommitPack got = (Frame.CommitPack) read(History.bytes(
                List.of(new Frame.CommitPack(List.of(s), List.of())))).getFirst();
        assertArrayEquals(new int[] {2, 0, 70_000}, got.snapshots().getFirst().order().orElseThrow());
    }

    @Test
    void unknownKeysArePassedOver() throws IOException {
        byte[] bytes = packed(p -> p.packMapHeader(4).packString("t").packString("E")
                .packString("later").packMapHeader(1).packArrayHeader(1).packNil().packBinaryHeader(2)
                .writePayload(new byte[2]).packString("objects").packInt(1).packString("commits").packInt(2));
        assertEquals(List.of(new Frame.End(1, 2)), read(bytes));
    }

    @Test
    void unknownFramesAreRefused() throws IOException {
        assertRefused(Problem.Code.UNKNOWN_FRAME, packed(p -> p.packMapHeader(1).packString("t").packString("Z")));
    }

    @Test
    void theTypeComesFirst() throws IOException {
        assertRefused(Problem.Code.MALFORMED_STREAM, packed(p -> p.packMapHeader(2).packString("objects").packInt(1)
                .packString("t").packString("E")));
    }

    @Test
    void anotherVersionIsRefused() throws IOException {
        assertRefused(Problem.Code.UNSUPPORTED_VERSION, packed(p -> p.packMapHeader(3).packString("t").packString("H")
                .packString("v").packInt(1).packString("branch").packString("main")));
    }

    /** Announced lengths, a few bytes of stream behind them: refused for the length, not for the missing bytes. */
    static List<byte[]> bombs() throws IOException {
        return List.of(
                packed(p -> p.packMapHeader(2).packString("t").packString("O").packString("data")
                        .packBinaryHeader(Integer.MAX_VALUE)),
                packed(p -> p.packMapHeader(2).packString("t").packString("O").packString("id")
                        .packRawStringHeader(Integer.MAX_VALUE)),
                packed(p -> p.packMapHeader(2).packString("t").packString("C").packString("commits")
                        .packArrayHeader(Integer.MAX_VALUE)),
                packed(p -> p.packMapHeader(2).packString("t").packString("C").packString("snapshots").packArrayHeader(1)
                        .packMapHeader(1).packString("set").packMapHeader(Integer.MAX_VALUE)),
                packed(p -> p.packMapHeader(2).packString("t").packString("C").packString("snapshots").packArrayHeader(1)
                        .packMapHeader(1).packString("order").packArrayHeader(Integer.MAX_VALUE)),
                packed(p -> p.packMapHeader(2).packString("t").packString("E").packString("junk")
                        .packExtensionTypeHeader((byte) 5, Integer.MAX_VALUE)),
                packed(p -> p.packMapHeader(Integer.MAX_VALUE).packString("t").packString("E")),
                packed(p -> {
                    p.packMapHeader(2).packString("t").packString("E").packString("deep");
                    for (int i = 0; i < 10_000; i++) {
                        p.packArrayHeader(1);
                    }
                }));
    }

    @ParameterizedTest
    @MethodSource("bombs")
    void lengthBombsAreRefusedBeforeAnythingIsAllocated(byte[] bomb) {
        assertRefused(Problem.Code.LIMIT_EXCEEDED, bomb);
    }

    /** The library reads both alike. */
    @Test
    void textIsNoBinaryAndBinaryIsNoText() throws IOException {
        for (byte[] bytes : List.of(
                MessagePack.newDefaultBufferPacker().packMapHeader(1).packBinaryHeader(1).addPayload(new byte[] {'t'})
                        .packString("E"),
                MessagePack.newDefaultBufferPacker().packMapHeader(4).packString("t").packString("O").packString("id")
                        .packString(ID.toString()).packString("size").packInt(1).packString("data").packString("x"))
                .stream().map(CodecT1Test::taken).toList()) {
            assertEquals(Problem.Code.MALFORMED_STREAM, assertThrows(Problem.class, () -> new FrameReader(
                    new ByteArrayInputStream(bytes), Limits.DEFAULT).next()).code());
        }
    }

    private static byte[] taken(MessagePacker packer) {
        try {
            packer.flush();
            return ((MessageBufferPacker) packer).toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aFourGigabyteBinaryIsRefused() {
        // The library cannot write such a header, so by hand: bin 32 of 2^32 - 1 bytes.
        byte[] head = {(byte) 0x82, (byte) 0xa1, 't', (byte) 0xa1, 'O', (byte) 0xa4, 'd', 'a', 't', 'a',
            (byte) 0xc6, -1, -1, -1, -1};
        assertRefused(Problem.Code.LIMIT_EXCEEDED, head);
    }

    @Test
    void oneByteOverTheLimitIsRefusedBeforeRoomIsMade() throws IOException {
        byte[] frame = packed(p -> p.packMapHeader(2).packString("t").packString("O").packString("data")
                .packBinaryHeader(Limits.DEFAULT.objectBytes() + 1));
        List<Integer> rooms = new ArrayList<>();
        FrameReader reader = new FrameReader(new ByteArrayInputStream(frame), Limits.DEFAULT);
        assertEquals(Problem.Code.LIMIT_EXCEEDED, assertThrows(Problem.class, () -> reader.next(rooms::add)).code());
        assertEquals(List.of(), rooms);
    }

    @Test
    void anObjectFrameWithItsDataTwiceIsRefusedBeforeRoomIsMadeTwice() throws IOException {
        byte[] frame = packed(p -> {
            p.packMapHeader(4).packString("t").packString("O");
            for (int i = 0; i < 3; i++) {
                p.packString("data").packBinaryHeader(10).writePayload(new byte[10]);
            }
        });
        List<Integer> rooms = new ArrayList<>();
        FrameReader reader = new FrameReader(new ByteArrayInputStream(frame), Limits.DEFAULT);
        assertEquals(Problem.Code.MALFORMED_STREAM, assertThrows(Problem.class, () -> reader.next(rooms::add)).code());
        assertEquals(List.of(10), rooms);
    }

    @Test
    void headersThatAnnounceTooMuchAreRefused() {
        assertRefused(Problem.Code.LIMIT_EXCEEDED, History.bytes(List.of(new Frame.Header(2, "m", Optional.empty(),
                false, new Lease.None(), Limits.DEFAULT.objectsPerStream() + 1, 0, 0, "", "", ""))));
        assertRefused(Problem.Code.LIMIT_EXCEEDED, History.bytes(List.of(new Frame.Header(2, "m", Optional.empty(),
                false, new Lease.None(), 0, Limits.DEFAULT.commitsPerPush() + 1, 0, "", "", ""))));
    }

    @Test
    void everyProperPrefixOfAFrameIsTruncatedAndNothingElse() {
        for (Frame frame : frames()) {
            byte[] whole = History.bytes(List.of(frame));
            for (int length = 1; length < whole.length; length++) {
                byte[] prefix = Arrays.copyOf(whole, length);
                Problem refused = assertThrows(Problem.class, () -> read(prefix));
                assertTrue(refused.code() == Problem.Code.TRUNCATED_STREAM
                        || refused.code() == Problem.Code.LIMIT_EXCEEDED, frame + " cut at " + length + ": " + refused);
            }
        }
    }

    @Test
    void mutatedStreamsAreReadOrRefusedButNeverBreakTheReader() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] valid = History.bytes(frames());
        for (int round = 0; round < 20_000; round++) {
            byte[] mutated = valid.clone();
            for (int n = 1 + random.nextInt(4); n > 0; n--) {
                mutated[random.nextInt(mutated.length)] = (byte) random.nextInt();
            }
            try {
                read(mutated);
            } catch (Problem refused) {
                // As it should be.
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + " round " + round, e);
            }
        }
    }

    private interface Packing {
        void into(MessagePacker packer) throws IOException;
    }

    private static byte[] packed(Packing packing) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (MessagePacker packer = MsgPack.packer(out)) {
            packing.into(packer);
        }
        return out.toByteArray();
    }

    private static void assertRefused(Problem.Code code, byte[] bytes) {
        assertEquals(code, assertThrows(Problem.class, () -> read(bytes)).code());
    }

    private static List<Frame> read(byte[] bytes) {
        FrameReader reader = new FrameReader(new ByteArrayInputStream(bytes), Limits.DEFAULT);
        List<Frame> frames = new ArrayList<>();
        for (Optional<Frame> next = reader.next(); next.isPresent(); next = reader.next()) {
            frames.add(next.get());
        }
        return frames;
    }
}
