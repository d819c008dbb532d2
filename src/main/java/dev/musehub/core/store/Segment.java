package dev.musehub.core.store;

import dev.musehub.core.model.Sha256;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The format of a segment file: {@link #MAGIC}, then entries, each a header of {@value #HEADER} bytes and the stored
 * bytes. Self-describing, so that a segment can be checked, or its rows rebuilt, without a database.
 *
 * <pre>
 *   id       32  SHA-256 of the raw bytes
 *   raw       4  raw length
 *   stored    4  stored length
 *   coding    4  0 raw, 1 zstd, 2 zstd with the entry {@code back} bytes earlier as raw dictionary
 *   back      4  distance to that entry's header, else 0
 * </pre>
 */
final class Segment {

    static final byte[] MAGIC = {'M', 'U', 'S', 'E', 'S', 'E', 'G', 1};
    static final int HEADER = 48;

    /** Larger objects are no business of segments; a length beyond it is damage, and not to be allocated. */
    static final int MAX_RAW = 64 << 20;

    /** The position of an object that is a file of its own, where a segment has its magic. */
    static final long WHOLE_FILE = 0;

    static final int RAW = 0;
    static final int ZSTD = 1;
    static final int ZSTD_ON_EARLIER = 2;

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

    /** One entry's header. */
    record SegmentEntry(Sha256 id, int raw, int stored, int coding, int back) {

        void write(ByteBuffer out) {
            out.put(id.bytes()).putInt(raw).putInt(stored).putInt(coding).putInt(back);
        }

        static SegmentEntry read(ByteBuffer in) {
            byte[] id = new byte[Sha256.BYTES];
            in.get(id);
            return new SegmentEntry(Sha256.ofBytes(id), in.getInt(), in.getInt(), in.getInt(), in.getInt());
        }

        /** Whether the lengths can be true of an entry at {@code position} in a file of {@code fileLength}. */
        boolean fits(long position, long fileLength) {
            return raw >= 0 && raw <= MAX_RAW && stored >= 0 && position + HEADER + stored <= fileLength
                    && (coding == RAW && raw == stored || coding == ZSTD
                            || coding == ZSTD_ON_EARLIER && back >= HEADER && position - back >= MAGIC.length);
        }
    }
}
