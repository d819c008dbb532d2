package dev.musehub.core.store;

import dev.musehub.core.model.Sha256;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The format of a segment file: {@link #MAGIC}, then batches of at most {@value #MOST} objects, each packed on the last
 * object of the batch before it. Self-describing, so that a segment can be checked, or its rows rebuilt, without a
 * database.
 *
 * <pre>
 *   count     4  number of objects
 *   stored    4  length of the zstd frame
 *   back      4  distance to the header of the batch whose last object is the prefix, or 0
 *   count times
 *     id     32  SHA-256 of the raw bytes
 *     raw     4  raw length
 *   stored bytes: one zstd frame over the raw bytes of all objects behind each other
 * </pre>
 */
final class Segment {

    static final byte[] MAGIC = {'M', 'U', 'S', 'E', 'S', 'E', 'G', 2};

    /** Objects of a batch; a position has the number of the object in its lowest digits. */
    static final int MOST = 64;

    /** Larger objects are no business of segments; a length beyond it is damage, and not to be allocated. */
    private static final int MAX_RAW = 64 << 20;

    /** The position of an object that is a file of its own, where a segment has its magic. */
    static final long WHOLE_FILE = 0;

    private static final int FIXED = 12;
    private static final int ENTRY = Sha256.BYTES + 4;

    private static final Pattern NAME = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private Segment() {
    }

    /** The segment that a file holds by its name; empty for a file that is none of the store's. */
    static Optional<UUID> name(Path file) {
        String name = file.getFileName().toString();
        return NAME.matcher(name).matches() ? Optional.of(UUID.fromString(name)) : Optional.empty();
    }

    /** Where the file of a segment lies below the store's {@code root}: 256 directories by the name's first byte. */
    static Path file(Path root, UUID segment) {
        String name = segment.toString();
        return root.resolve(name.substring(0, 2)).resolve(name);
    }

    /** The position of an object: that of its batch in the file, and its number in the batch. */
    static long position(long batch, int index) {
        return batch * MOST + index;
    }

    static long batch(long position) {
        return position / MOST;
    }

    static int index(long position) {
        return (int) (position % MOST);
    }

    /** The header of a batch at {@code at} in its file. */
    record BatchHeader(long at, int stored, int back, List<Sha256> ids, int[] sizes) {

        /** Where its zstd frame begins. */
        long data() {
            return at + length(ids.size());
        }

        /** Where the raw bytes of object {@code index} begin. */
        int start(int index) {
            int start = 0;
            for (int i = 0; i < index; i++) {
                start += sizes[i];
            }
            return start;
        }

        int rawBytes() {
            return start(sizes.length);
        }

        ByteBuffer bytes() {
            ByteBuffer out = ByteBuffer.allocate(length(ids.size()));
            out.putInt(ids.size()).putInt(stored).putInt(back);
            for (int i = 0; i < sizes.length; i++) {
                out.put(ids.get(i).bytes()).putInt(sizes[i]);
            }
            return out.flip();
        }

        static int length(int count) {
            return FIXED + ENTRY * count;
        }

        /** The most that a header can take. */
        static int most() {
            return length(MOST);
        }

        /** The header in {@code in}; empty where it cannot be one of a file of {@code fileLength}. */
        static Optional<BatchHeader> read(long at, ByteBuffer in, long fileLength) {
            if (in.remaining() < FIXED) {
                return Optional.empty();
            }
            int count = in.getInt();
            int stored = in.getInt();
            int back = in.getInt();
            if (count < 1 || count > MOST || in.remaining() < ENTRY * count || stored < 0 || back < 0
                    || at - back < MAGIC.length || at + length(count) + stored > fileLength) {
                return Optional.empty();
            }
            List<Sha256> ids = new ArrayList<>();
            int[] sizes = new int[count];
            long raw = 0;
            for (int i = 0; i < count; i++) {
                byte[] id = new byte[Sha256.BYTES];
                in.get(id);
                ids.add(Sha256.ofBytes(id));
                sizes[i] = in.getInt();
                raw += sizes[i];
                if (sizes[i] < 0 || raw > MAX_RAW) {
                    return Optional.empty();
                }
            }
            return Optional.of(new BatchHeader(at, stored, back, ids, sizes));
        }
    }
}
