package dev.musehub.core.io;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.musehub.core.model.Problem;
import java.util.Arrays;

/**
 * zstd with the previous version of a file as raw dictionary: what makes both the wire and the disk smaller than git's
 * packs, for a tenth of the CPU (decisions.md, "zstd with the previous version as dictionary"). Holds native memory;
 * confined to one thread.
 */
public final class Zstd implements AutoCloseable {

    /**
     * How hard to try. M41 takes 26.8 MB at level 1; 22.6 MB at 2, for a tenth more of the CPU of the client; 22.5 MB
     * at 3 and 22.2 MB at 9.
     */
    public enum Effort {
        /** For disks, and hubs nearby. */
        QUICK(1),
        /** For hubs far away, where a push waits for the line. */
        SMALL(2);

        private final int level;

        Effort(int level) {
            this.level = level;
        }
    }

    private static final byte[] NOTHING = {};

    /** The magic number of trained dictionaries, 0xEC30A437 (RFC 8878, section 5). */
    private static final byte[] MAGIC = {0x37, (byte) 0xA4, 0x30, (byte) 0xEC};

    private final ZstdCompressCtx compress = new ZstdCompressCtx();
    private final ZstdDecompressCtx decompress = new ZstdDecompressCtx();

    /** The empty dictionary. */
    public static byte[] noDictionary() {
        return NOTHING;
    }

    /** {@code raw} as one zstd frame, quickly made. */
    public byte[] compress(byte[] raw, byte[] dictionary) {
        return compress(raw, dictionary, Effort.QUICK);
    }

    /** {@code raw} as one zstd frame. */
    public byte[] compress(byte[] raw, byte[] dictionary, Effort effort) {
        compress.reset();
        compress.setLevel(effort.level).setContentSize(true).setChecksum(false);
        try {
            if (isRawContent(dictionary)) {
                compress.loadDict(dictionary);
            }
            return compress.compress(raw);
        } catch (ZstdException e) {
            throw new Problem(Problem.Code.INTERNAL, "zstd cannot pack " + raw.length + " bytes: " + e.getMessage(), e);
        }
    }

    /**
     * Whether zstd takes {@code dictionary} for raw content. It reads bytes that begin with this magic number as a
     * trained dictionary, and fails where they are none; zstd-jni has no way to say otherwise. Both sides pack and
     * unpack without such a dictionary (wire.md, "O, object").
     */
    private static boolean isRawContent(byte[] dictionary) {
        return dictionary.length > 0 && !(dictionary.length >= MAGIC.length
                && Arrays.equals(dictionary, 0, MAGIC.length, MAGIC, 0, MAGIC.length));
    }

    /**
     * The {@code size} bytes packed in {@code zstd}. They are written into a buffer of that size, so neither a bomb nor
     * a wide window can claim more.
     *
     * @throws Problem {@code invalid-encoding} where exactly so many bytes are not packed there
     */
    public byte[] decompress(byte[] zstd, byte[] dictionary, int size) {
        byte[] raw = new byte[size];
        decompress.reset();
        try {
            if (isRawContent(dictionary)) {
                decompress.loadDict(dictionary);
            }
            int written = decompress.decompressByteArray(raw, 0, size, zstd, 0, zstd.length);
            if (written == size) {
                return raw;
            }
            throw new Problem(Problem.Code.INVALID_ENCODING, "zstd data holds " + written + " bytes, not " + size);
        } catch (ZstdException e) {
            throw new Problem(Problem.Code.INVALID_ENCODING, "not " + size + " bytes of zstd: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        compress.close();
        decompress.close();
    }
}
