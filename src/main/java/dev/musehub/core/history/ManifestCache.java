package dev.musehub.core.history;

import dev.musehub.core.model.Sha256;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The manifests rebuilt last, up to a number of entries; their strings and ids are shared between versions, so an
 * entry costs two references. Confined to one thread.
 */
public final class ManifestCache {

    /** At worst, where versions share nothing, an entry takes some 130 bytes: an eighth of the heap for one push. */
    private static final long ENTRIES = Math.min(2_000_000, Runtime.getRuntime().maxMemory() / 1024);

    private final Map<Sha256, Manifest> byId = new LinkedHashMap<>(16, 0.75f, true);
    private final long most;
    private final long largest;
    private long entries;

    /** A cache for a push: the manifest put last is there, however large. */
    public ManifestCache() {
        this(ENTRIES, Long.MAX_VALUE);
    }

    private ManifestCache(long most, long largest) {
        this.most = most;
        this.largest = largest;
    }

    /** A cache that is there all the time: a quarter as large, or as large for a single manifest, which may not fit. */
    public static ManifestCache small() {
        return new ManifestCache(ENTRIES / 4, ENTRIES);
    }

    public Optional<Manifest> get(Sha256 snapshotId) {
        return Optional.ofNullable(byId.get(snapshotId));
    }

    public void put(Sha256 snapshotId, Manifest manifest) {
        if (manifest.size() > largest) {
            return;
        }
        Manifest before = byId.put(snapshotId, manifest);
        entries += manifest.size() - (before == null ? 0 : before.size());
        var eldest = byId.entrySet().iterator();
        while (entries > most && byId.size() > 1) {
            entries -= eldest.next().getValue().size();
            eldest.remove();
        }
    }
}
