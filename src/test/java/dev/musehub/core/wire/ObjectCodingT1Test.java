package dev.musehub.core.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.io.Zstd;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("T1")
class ObjectCodingT1Test {

    private static final byte[] TEXT = "the quick brown fox\n".repeat(500).getBytes(StandardCharsets.UTF_8);
    private final Zstd zstd = new Zstd();

    @Test
    void everyCodingGivesTheBytesBack() {
        assertArrayEquals(TEXT, unpack(Frame.Encoding.RAW, TEXT, TEXT.length));
        assertArrayEquals(TEXT, unpack(Frame.Encoding.ZLIB, zlib(TEXT), TEXT.length));
        assertArrayEquals(TEXT, unpack(Frame.Encoding.ZSTD, zstd.compress(TEXT, Zstd.noPrefix()), TEXT.length));
    }

    @Test
    void anEmptyObjectSurvivesEveryCoding() {
        byte[] none = {};
        assertArrayEquals(none, unpack(Frame.Encoding.RAW, none, 0));
        assertArrayEquals(none, unpack(Frame.Encoding.ZLIB, zlib(none), 0));
        assertArrayEquals(none, unpack(Frame.Encoding.ZSTD, zstd.compress(none, Zstd.noPrefix()), 0));
    }

    @Test
    void aBatchIsSmallOnAnOlderVersionAndNeedsItToBeRead() {
        byte[] random = new byte[20_000];
        new java.util.Random(3).nextBytes(random);
        byte[] next = Arrays.copyOf(random, random.length + 10);
        Frame.BatchFrame batch = batch(random, TEXT, next, new byte[0]);
        assertTrue(batch.zstd().length < 500, "packed to " + batch.zstd().length);
        List<byte[]> objects = ObjectCoding.unpack(batch, random, zstd);
        assertArrayEquals(TEXT, objects.get(0));
        assertArrayEquals(next, objects.get(1));
        assertArrayEquals(new byte[0], objects.get(2));
        assertRefused(() -> ObjectCoding.unpack(batch, Zstd.noPrefix(), zstd));
        int[] sizes = {TEXT.length, next.length - 1, 0};
        assertRefused(() -> ObjectCoding.unpack(new Frame.BatchFrame(batch.ids(), sizes, List.of(), batch.zstd()),
                random, zstd));
    }

    private static final Limits SMALL = new Limits(100, 100, 3000, 1L << 30, 1000, 1 << 20, 1 << 20, 100, 1 << 20, 100, 1 << 20);

    private static List<Frame> packed(byte[]... objects) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        FrameWriter out = new FrameWriter(bytes);
        try (BatchPacker packer = new BatchPacker(out, SMALL, SMALL.batchBytes())) {
            for (byte[] object : objects) {
                packer.add(Sha256.of(object), object);
            }
            packer.flush();
        }
        out.flush();
        FrameReader frames = new FrameReader(new ByteArrayInputStream(bytes.toByteArray()), SMALL);
        List<Frame> read = new ArrayList<>();
        for (Optional<Frame> next = frames.next(); next.isPresent(); next = frames.next()) {
            read.add(next.get());
        }
        return read;
    }

    /** Random bytes become longer by packing, longer than a frame may hold. */
    @Test
    void theLargestObjectTravelsEvenIfItCannotBePacked() throws IOException {
        byte[] random = new byte[3000];
        new java.util.Random(3).nextBytes(random);
        assertArrayEquals(random, ((Frame.ObjectFrame) packed(random).getFirst()).data());
    }

    @Test
    void noBatchIsPackedOnAnObjectThatTheReceiverNeedNotKeep() throws IOException {
        List<Frame> frames = packed(Arrays.copyOf(TEXT, 1001), Arrays.copyOf(TEXT, 1000), Arrays.copyOf(TEXT, 999));
        assertEquals(List.of(List.of(), List.of(), List.of(Sha256.of(Arrays.copyOf(TEXT, 1000)))),
                frames.stream().map(f -> ((Frame.BatchFrame) f).prefix()).toList());
    }

    private Frame.BatchFrame batch(byte[] prefix, byte[]... objects) {
        List<byte[]> all = List.of(objects);
        return new Frame.BatchFrame(all.stream().map(Sha256::of).toList(),
                all.stream().mapToInt(o -> o.length).toArray(), List.of(),
                zstd.compress(Zstd.join(all), prefix));
    }

    /** zstd takes such bytes for a trained dictionary, and refuses them unless they are one. */
    @Test
    void bytesWithTheMagicOfADictionaryAreNoPrefix() {
        byte[] magic = new byte[3000];
        new java.util.Random(4).nextBytes(magic);
        System.arraycopy(new byte[] {0x37, (byte) 0xA4, 0x30, (byte) 0xEC}, 0, magic, 0, 4);
        Frame.BatchFrame batch = batch(magic, TEXT);
        assertArrayEquals(TEXT, ObjectCoding.unpack(batch, magic, zstd).getFirst());
        assertArrayEquals(TEXT, ObjectCoding.unpack(batch, Zstd.noPrefix(), zstd).getFirst());
    }

    @Test
    void aSizeThatIsNotTheRealOneIsRefusedEitherWay() {
        for (int wrong : new int[] {TEXT.length - 1, TEXT.length + 1, 0}) {
            assertRefused(() -> unpack(Frame.Encoding.RAW, TEXT, wrong));
            assertRefused(() -> unpack(Frame.Encoding.ZLIB, zlib(TEXT), wrong));
            assertRefused(() -> unpack(Frame.Encoding.ZSTD, zstd.compress(TEXT, Zstd.noPrefix()), wrong));
        }
    }

    @Test
    void aBombStopsAtTheAnnouncedSize() {
        byte[] zeros = new byte[30_000_000];
        assertRefused(() -> unpack(Frame.Encoding.ZLIB, zlib(zeros), 1000));
        assertRefused(() -> unpack(Frame.Encoding.ZSTD, zstd.compress(zeros, Zstd.noPrefix()), 1000));
    }

    @Test
    void bytesBehindTheEndAreRefused() {
        byte[] packed = zlib(TEXT);
        assertRefused(() -> unpack(Frame.Encoding.ZLIB, Arrays.copyOf(packed, packed.length + 1), TEXT.length));
    }

    @Test
    void corruptDataIsRefused() {
        byte[] junk = "no compressed data at all".getBytes(StandardCharsets.UTF_8);
        assertRefused(() -> unpack(Frame.Encoding.ZLIB, junk, 100));
        assertRefused(() -> unpack(Frame.Encoding.ZSTD, junk, 100));
        assertRefused(() -> unpack(Frame.Encoding.ZLIB, new byte[0], 0));
    }

    private byte[] unpack(Frame.Encoding encoding, byte[] data, int size) {
        return ObjectCoding.unpack(frame(encoding, data, size), zstd);
    }

    private static Frame.ObjectFrame frame(Frame.Encoding encoding, byte[] data, int size) {
        return new Frame.ObjectFrame(Sha256.of(data), encoding, size, data);
    }

    private static void assertRefused(Runnable work) {
        assertEquals(Problem.Code.INVALID_ENCODING, assertThrows(Problem.class, work::run).code());
    }

    private static byte[] zlib(byte[] raw) {
        Deflater deflater = new Deflater();
        deflater.setInput(raw);
        deflater.finish();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[4096];
        while (!deflater.finished()) {
            out.write(buffer, 0, deflater.deflate(buffer));
        }
        deflater.end();
        return out.toByteArray();
    }
}
