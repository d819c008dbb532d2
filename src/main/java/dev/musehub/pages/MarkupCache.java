package dev.musehub.pages;

import dev.musehub.core.io.Zstd;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps pieces of pages that never change, because they show what a hash names. The pieces used last are kept, packed,
 * up to a number of bytes. Safe for many threads.
 *
 * @param <K> all that a piece depends on
 */
public final class MarkupCache<K> {

    /** A rough number of bytes for the key and the entry in the map. */
    private static final int OVERHEAD = 500;

    /** HTML, packed. */
    private record PackedMarkup(byte[] zstd, int size) {

        static PackedMarkup of(Markup markup) {
            byte[] utf8 = markup.html().getBytes(StandardCharsets.UTF_8);
            try (Zstd zstd = new Zstd()) {
                return new PackedMarkup(zstd.compress(utf8, Zstd.noPrefix()), utf8.length);
            }
        }

        Markup unpacked() {
            try (Zstd unpacker = new Zstd()) {
                return new Markup(new String(unpacker.decompress(zstd, Zstd.noPrefix(), size),
                        StandardCharsets.UTF_8));
            }
        }

        long weight() {
            return zstd.length + OVERHEAD;
        }
    }

    private final long limit;
    private final Map<K, PackedMarkup> pieces = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    /** Keeps up to {@code limit} bytes. */
    public MarkupCache(long limit) {
        this.limit = limit;
    }

    public Optional<Markup> get(K key) {
        PackedMarkup packed;
        synchronized (pieces) {
            packed = pieces.get(key);
        }
        return Optional.ofNullable(packed).map(PackedMarkup::unpacked);
    }

    public void put(K key, Markup markup) {
        PackedMarkup packed = PackedMarkup.of(markup);
        synchronized (pieces) {
            if (pieces.putIfAbsent(key, packed) == null) {
                bytes += packed.weight();
            }
            Iterator<PackedMarkup> eldest = pieces.values().iterator();
            while (bytes > limit) {
                bytes -= eldest.next().weight();
                eldest.remove();
            }
        }
    }
}
