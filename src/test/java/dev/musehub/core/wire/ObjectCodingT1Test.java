package dev.musehub.core.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.io.Zstd;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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
        assertArrayEquals(TEXT, unpack(Frame.Encoding.ZSTD, zstd.compress(TEXT, Zstd.noDictionary()), TEXT.length));
    }

    @Test
    void anEmptyObjectSurvivesEveryCoding() {
        byte[] none = {};
        assertArrayEquals(none, unpack(Frame.Encoding.RAW, none, 0));
        assertArrayEquals(none, unpack(Frame.Encoding.ZLIB, zlib(none), 0));
        assertArrayEquals(none, unpack(Frame.Encoding.ZSTD, zstd.compress(none, Zstd.noDictionary()), 0));
    }

    @Test
    void aDictionaryMakesTheNextVersionSmallAndIsNeededToReadIt() {
        byte[] random = new byte[20_000];
        new java.util.Random(3).nextBytes(random);
        byte[] next = Arrays.copyOf(random, random.length + 10);
        byte[] packed = zstd.compress(next, random);
        assertTrue(packed.length < 200, "packed to " + packed.length);
        Frame.ObjectFrame frame = frame(Frame.Encoding.ZSTD, packed, next.length);
        assertArrayEquals(next, ObjectCoding.unpack(frame, random, zstd));
        assertRefused(() -> ObjectCoding.unpack(frame, Zstd.noDictionary(), zstd));
    }

    /** zstd takes such bytes for a trained dictionary, and refuses them unless they are one. */
    @Test
    void bytesWithTheMagicOfADictionaryAreNoDictionary() {
        byte[] magic = new byte[3000];
        new java.util.Random(4).nextBytes(magic);
        System.arraycopy(new byte[] {0x37, (byte) 0xA4, 0x30, (byte) 0xEC}, 0, magic, 0, 4);
        byte[] packed = zstd.compress(TEXT, magic);
        Frame.ObjectFrame frame = frame(Frame.Encoding.ZSTD, packed, TEXT.length);
        assertArrayEquals(TEXT, ObjectCoding.unpack(frame, magic, zstd));
        assertArrayEquals(TEXT, ObjectCoding.unpack(frame, Zstd.noDictionary(), zstd));
    }

    @Test
    void aSizeThatIsNotTheRealOneIsRefusedEitherWay() {
        for (int wrong : new int[] {TEXT.length - 1, TEXT.length + 1, 0}) {
            assertRefused(() -> unpack(Frame.Encoding.RAW, TEXT, wrong));
            assertRefused(() -> unpack(Frame.Encoding.ZLIB, zlib(TEXT), wrong));
            assertRefused(() -> unpack(Frame.Encoding.ZSTD, zstd.compress(TEXT, Zstd.noDictionary()), wrong));
        }
    }

    @Test
    void aBombStopsAtTheAnnouncedSize() {
        byte[] zeros = new byte[30_000_000];
        assertRefused(() -> unpack(Frame.Encoding.ZLIB, zlib(zeros), 1000));
        assertRefused(() -> unpack(Frame.Encoding.ZSTD, zstd.compress(zeros, Zstd.noDictionary()), 1000));
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
        return ObjectCoding.unpack(frame(encoding, data, size), Zstd.noDictionary(), zstd);
    }

    private static Frame.ObjectFrame frame(Frame.Encoding encoding, byte[] data, int size) {
        return new Frame.ObjectFrame(Sha256.of(data), encoding, Optional.empty(), size, data);
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
