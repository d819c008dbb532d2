package dev.musehub.client.git;

import dev.musehub.client.muse.MuseRepository;
import dev.musehub.core.history.Ids;
import dev.musehub.core.history.Manifest;
import dev.musehub.core.io.Tasks;
import dev.musehub.core.model.CodePoints;
import dev.musehub.core.model.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Turns the blobs of git into objects. It remembers the object of each blob that was used lately; a forgotten blob is
 * read again, and its object is found to exist. Confined to one thread.
 */
final class GitBlobs {

    static final long MAX_BYTES = 256L << 20;

    /** They need about 60 MB. */
    private static final int KEPT = 400_000;

    /** A larger blob is hashed while it is written to disk. */
    private static final int IN_MEMORY_BYTES = 4 << 20;

    private static final byte[] LFS =
            "version https://git-lfs.github.com/spec/v1\n".getBytes(StandardCharsets.US_ASCII);

    private final GitObjects git;
    private final MuseRepository target;
    private final Tasks writers;
    private final ImportOmissions leftOut;
    private final Map<GitId, Optional<Sha256>> known = new LinkedHashMap<>(1024, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<GitId, Optional<Sha256>> eldest) {
            return size() > KEPT;
        }
    };
    private long objects;
    private long bytes;
    private long lfsPointers;

    GitBlobs(GitObjects git, MuseRepository target, Tasks writers, ImportOmissions leftOut) {
        this.git = git;
        this.target = target;
        this.writers = writers;
        this.leftOut = leftOut;
    }

    long objects() {
        return objects;
    }

    long bytes() {
        return bytes;
    }

    long lfsPointers() {
        return lfsPointers;
    }

    /** Remembers the objects of a snapshot that an earlier import made of these files. */
    void learn(List<GitPaths.File> files, Manifest manifest) {
        files.forEach(file -> manifest.get(file.path()).ifPresent(id -> known.put(file.blob(), Optional.of(id))));
    }

    /** The manifest of some files. Unknown files are read, and writing them starts. */
    Manifest manifest(List<GitPaths.File> files) throws IOException {
        Map<GitId, String> unknown = new LinkedHashMap<>();
        files.stream().filter(file -> !known.containsKey(file.blob()))
                .forEach(file -> unknown.putIfAbsent(file.blob(), file.path()));
        Map<GitId, Optional<Sha256>> fresh = new HashMap<>();
        git.read(List.copyOf(unknown.keySet()), (blob, type, size, content) ->
                fresh.put(blob, store(unknown.get(blob), type, size, content)));
        List<PathEntry> entries = new ArrayList<>(files.size());
        for (GitPaths.File file : files) {
            Optional<Sha256> id = unknown.containsKey(file.blob()) ? fresh.get(file.blob()) : known.get(file.blob());
            id.ifPresent(object -> entries.add(new PathEntry(file.path(), object)));
        }
        // Not earlier: new entries may displace those that this commit uses.
        known.putAll(fresh);
        entries.sort(Comparator.comparing(PathEntry::path, CodePoints.ORDER));
        return Manifest.ofSorted(entries.stream().map(PathEntry::path).toArray(String[]::new),
                entries.stream().map(PathEntry::id).toArray(Sha256[]::new));
    }

    private record PathEntry(String path, Sha256 id) { }

    private Optional<Sha256> store(String path, String type, long size, InputStream content) throws IOException {
        if (!type.equals("blob")) {
            leftOut.count(ImportOmissions.Reason.ABSENT, path);
            return Optional.empty();
        }
        if (size > MAX_BYTES) {
            leftOut.count(ImportOmissions.Reason.TOO_LARGE, path);
            return Optional.empty();
        }
        if (size > IN_MEMORY_BYTES) {
            return Optional.of(counted(target.objects().store(content), size));
        }
        byte[] whole = content.readNBytes((int) size);
        Sha256 id = Ids.object(whole);
        if (!target.objects().has(id)) {
            writers.submit(() -> target.objects().writeHashed(id, whole));
            counted(id, size);
        }
        boolean pointer = whole.length > LFS.length && Arrays.equals(LFS, 0, LFS.length, whole, 0, LFS.length);
        lfsPointers += pointer ? 1 : 0;
        return Optional.of(id);
    }

    private Sha256 counted(Sha256 id, long size) {
        objects++;
        bytes += size;
        return id;
    }
}
