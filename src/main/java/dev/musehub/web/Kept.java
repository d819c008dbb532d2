package dev.musehub.web;

import dev.musehub.model.Zstd;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Pieces of pages that never change, because they show what a hash names: the latest used stay at hand, packed, up to a
 * number of bytes. For many threads.
 *
 * @param <K> all that a piece depends on
 */
final class Kept<K> {

    /** What a piece takes beside its packed bytes, its key and the map's own, by a rough count. */
    private static final int OVERHEAD = 500;

    /** HTML, packed. */
    private record Packed(byte[] zstd, int size) {

        static Packed of(Markup markup) {
            byte[] utf8 = markup.html().getBytes(StandardCharsets.UTF_8);
            try (Zstd zstd = new Zstd()) {
                return new Packed(zstd.compress(utf8, Zstd.noDictionary()), utf8.length);
            }
        }

        Markup unpacked() {
            try (Zstd unpacker = new Zstd()) {
                return new Markup(new String(unpacker.decompress(zstd, Zstd.noDictionary(), size),
                        StandardCharsets.UTF_8));
            }
        }

        long weight() {
            return zstd.length + OVERHEAD;
        }
    }

    private final long limit;
    private final Map<K, Packed> pieces = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    /** Keeps up to {@code limit} bytes. */
    Kept(long limit) {
        this.limit = limit;
    }

    Optional<Markup> get(K key) {
        Packed packed;
        synchronized (pieces) {
            packed = pieces.get(key);
        }
        return Optional.ofNullable(packed).map(Packed::unpacked);
    }

    void put(K key, Markup markup) {
        Packed packed = Packed.of(markup);
        synchronized (pieces) {
            if (pieces.putIfAbsent(key, packed) == null) {
                bytes += packed.weight();
            }
            Iterator<Packed> eldest = pieces.values().iterator();
            while (bytes > limit) {
                bytes -= eldest.next().weight();
                eldest.remove();
            }
        }
    }
}
