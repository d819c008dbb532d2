package dev.musehub.core.wire;

import dev.musehub.core.io.Zstd;
import dev.musehub.core.model.Problem;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Unpacks the objects of O and B frames, into a buffer of exactly the announced size: a bomb cannot claim more, and
 * what does not fill it exactly is refused.
 */
public final class ObjectCoding {

    private ObjectCoding() {
    }

    /**
     * The {@code size} bytes packed in {@code zlib}.
     *
     * @throws Problem {@code invalid-encoding} where that is not what is packed there
     */
    public static byte[] unzlib(byte[] zlib, int size) {
        byte[] raw = new byte[size];
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(zlib);
            int written = 0;
            int n;
            while (written < size && (n = inflater.inflate(raw, written, size - written)) > 0) {
                written += n;
            }
            // An empty object still has a stream to finish, and a longer one must not go on.
            if (!inflater.finished() && inflater.inflate(new byte[1]) > 0 || !inflater.finished()) {
                throw wrongSize(written, size);
            }
            if (written != size || inflater.getRemaining() > 0) {
                throw wrongSize(written, size);
            }
            return raw;
        } catch (DataFormatException e) {
            throw new Problem(Problem.Code.INVALID_ENCODING, "not " + size + " bytes of zlib: " + e.getMessage());
        } finally {
            inflater.end();
        }
    }

    /**
     * The raw bytes of an O frame.
     *
     * @throws Problem {@code invalid-encoding}
     */
    public static byte[] unpack(Frame.ObjectFrame frame, Zstd zstd) {
        return switch (frame.encoding()) {
            case RAW -> {
                if (frame.data().length != frame.size()) {
                    throw wrongSize(frame.data().length, frame.size());
                }
                yield frame.data();
            }
            case ZLIB -> unzlib(frame.data(), frame.size());
            case ZSTD -> zstd.decompress(frame.data(), Zstd.noPrefix(), frame.size());
        };
    }

    /**
     * The raw bytes of each object of a B frame. {@code prefix} holds the bytes of the objects that the frame names.
     *
     * @throws Problem {@code invalid-encoding}
     */
    public static List<byte[]> unpack(Frame.BatchFrame frame, byte[] prefix, Zstd zstd) {
        ByteBuffer raw = ByteBuffer.wrap(zstd.decompress(frame.zstd(), prefix, frame.rawBytes()));
        List<byte[]> objects = new ArrayList<>();
        for (int size : frame.sizes()) {
            byte[] object = new byte[size];
            raw.get(object);
            objects.add(object);
        }
        return objects;
    }

    private static Problem wrongSize(long actual, long announced) {
        return new Problem(Problem.Code.INVALID_ENCODING, "an object announced with " + announced
                + " bytes does not have that length (" + actual + " found)");
    }
}
