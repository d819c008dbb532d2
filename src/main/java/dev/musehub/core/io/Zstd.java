package dev.musehub.core.io;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.musehub.core.model.Problem;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;

/**
 * zstd over many objects behind each other, with older ones as prefix: what makes both the wire and the disk smaller
 * than git's packs, for a tenth of the CPU (decisions.md, "Batches in one zstd frame"). Holds native memory; confined
 * to one thread.
 */
public final class Zstd implements AutoCloseable {

    /** Higher levels take more time than they give (decisions.md). */
    private static final int LEVEL = 3;

    /** The matcher for long distances finds a file's older version behind megabytes of others: 2^27 bytes back. */
    private static final int WINDOW_LOG = 27;

    private static final byte[] NOTHING = {};

    /** The magic number of trained dictionaries, 0xEC30A437 (RFC 8878, section 5). */
    private static final byte[] MAGIC = {0x37, (byte) 0xA4, 0x30, (byte) 0xEC};

    private final ZstdCompressCtx compress = new ZstdCompressCtx();
    private final ZstdDecompressCtx decompress = new ZstdDecompressCtx();

    /** The empty prefix. */
    public static byte[] noPrefix() {
        return NOTHING;
    }

    /** {@code parts} behind each other. */
    public static byte[] join(Collection<byte[]> parts) {
        ByteBuffer all = ByteBuffer.allocate(parts.stream().mapToInt(part -> part.length).sum());
        parts.forEach(all::put);
        return all.array();
    }

    /** {@code raw} as one zstd frame, packed on {@code prefix}. */
    public byte[] compress(byte[] raw, byte[] prefix) {
        compress.setLevel(LEVEL).setContentSize(true).setChecksum(false).setLong(WINDOW_LOG);
        try {
            if (isRawContent(prefix)) {
                compress.loadDict(prefix);
            }
            return compress.compress(raw);
        } catch (ZstdException e) {
            throw new Problem(Problem.Code.INTERNAL, "zstd cannot pack " + raw.length + " bytes: " + e.getMessage(), e);
        } finally {
            // Whoever waits for the next bytes holds no copy of the prefix meanwhile.
            compress.reset();
        }
    }

    /**
     * Whether zstd takes {@code prefix} for raw content. It reads bytes that begin with this magic number as a trained
     * dictionary, and fails where they are none; zstd-jni has no way to say otherwise. Both sides pack and unpack
     * without such a prefix (wire.md, "B, batch").
     */
    private static boolean isRawContent(byte[] prefix) {
        return prefix.length > 0 && !(prefix.length >= MAGIC.length
                && Arrays.equals(prefix, 0, MAGIC.length, MAGIC, 0, MAGIC.length));
    }

    /**
     * The {@code size} bytes packed in {@code zstd}. They are written into a buffer of that size, so neither a bomb nor
     * a wide window can claim more.
     *
     * @throws Problem {@code invalid-encoding} where exactly so many bytes are not packed there
     */
    public byte[] decompress(byte[] zstd, byte[] prefix, int size) {
        byte[] raw = new byte[size];
        try {
            if (isRawContent(prefix)) {
                decompress.loadDict(prefix);
            }
            int written = decompress.decompressByteArray(raw, 0, size, zstd, 0, zstd.length);
            if (written == size) {
                return raw;
            }
            throw new Problem(Problem.Code.INVALID_ENCODING, "zstd data holds " + written + " bytes, not " + size);
        } catch (ZstdException e) {
            throw new Problem(Problem.Code.INVALID_ENCODING, "not " + size + " bytes of zstd: " + e.getMessage());
        } finally {
            decompress.reset();
        }
    }

    @Override
    public void close() {
        compress.close();
        decompress.close();
    }
}
