package dev.musehub.ops;

import dev.musehub.core.history.Commit;
import dev.musehub.core.history.Ids;
import dev.musehub.core.history.Manifest;
import dev.musehub.core.history.ManifestCache;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.SnapshotBytes;
import dev.musehub.core.rows.SnapshotRows;
import dev.musehub.core.rows.SnapshotRows.SnapshotRow;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.core.wire.MsgPackValues;
import dev.musehub.ops.CheckRows.CommitRow;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Gatherers;

/**
 * Checks everything a hub keeps: objects against their bytes, snapshots and commits against their ids, and the
 * references between them. The foreign keys make sure that each reference has a row; this checks that the rows are
 * right. It reads in pages, so its memory is bounded. Pushes may run meanwhile; what they add or remove is not
 * reported.
 */
public final class Fsck {

    private static final int PAGE = 2000;
    private static final int READERS = 4;
    private static final long IN_MEMORY_BYTES = 38_000_000;

    private final Pool pool;
    private final ObjectStore store;
    private final FsckOptions options;
    private final Consumer<String> progress;
    private final List<FsckFinding> findings = new ArrayList<>();

    /**
     * How to check.
     *
     * @param hash whether to read and hash every byte, instead of comparing lengths
     * @param mark whether lost and damaged objects are marked as lost, and found ones no longer
     */
    public record FsckOptions(boolean hash, boolean mark) { }

    /** Something that is wrong; {@code repository} is 0 for objects, because they may belong to several. */
    public record FsckFinding(String kind, long repository, Sha256 id, String what) { }

    /** How much was checked, and what is wrong. */
    public record FsckReport(long objects, long bytes, long snapshots, long commits, List<FsckFinding> findings) { }

    public Fsck(Pool pool, ObjectStore store, FsckOptions options, Consumer<String> progress) {
        this.pool = pool;
        this.store = store;
        this.options = options;
        this.progress = progress;
    }

    /** Checks everything. */
    public FsckReport run() throws IOException, SQLException {
        long[] objects = objects();
        long snapshots = 0;
        long commits = 0;
        List<Long> repositories;
        try (Connection c = pool.acquire("fsck")) {
            repositories = CollectRows.repositories(c);
        }
        for (long repoId : repositories) {
            snapshots += snapshots(repoId);
            commits += commits(repoId);
        }
        return new FsckReport(objects[0], objects[1], snapshots, commits, List.copyOf(findings));
    }

    private long[] objects() throws IOException, SQLException {
        long[] seen = new long[2];
        Sha256 after = Sha256.ZEROS;
        while (true) {
            List<StoredObject> page;
            try (Connection c = pool.acquire("fsck.objects")) {
                page = CheckRows.page(c, after, PAGE);
            }
            if (page.isEmpty()) {
                return seen;
            }
            check(page);
            seen[0] += page.size();
            seen[1] += page.stream().mapToLong(StoredObject::size).sum();
            after = page.getLast().id();
            progress.accept(seen[0] + " objects, " + seen[1] / 1_000_000 + " MB");
        }
    }

    /** Checks in the order of places, so that each file is opened once and each dictionary unpacked once. */
    private void check(List<StoredObject> page) throws IOException, SQLException {
        List<StoredObject> byPlace = page.stream().sorted(Comparator
                .comparing((StoredObject o) -> o.place().map(p -> p.segment()).orElse(new UUID(0, 0)))
                .thenComparing(o -> o.place().map(p -> p.position()).orElse(0L))).toList();
        int share = Math.ceilDiv(byPlace.size(), READERS);
        List<FsckFinding> damaged = byPlace.stream().gather(Gatherers.windowFixed(share))
                .gather(Gatherers.mapConcurrent(READERS, this::damaged)).flatMap(Collection::stream).toList();
        if (options.mark()) {
            Set<Sha256> lost = new HashSet<>();
            damaged.forEach(f -> lost.add(f.id()));
            try (Connection c = pool.acquire("fsck.mark")) {
                CheckRows.markLost(c, lost);
                CheckRows.markFound(c, page.stream().map(StoredObject::id).filter(id -> !lost.contains(id)).toList());
            }
        }
        findings.addAll(damaged);
    }

    private List<FsckFinding> damaged(List<StoredObject> objects) {
        List<FsckFinding> damaged = new ArrayList<>();
        try (ObjectStore.Reader reader = store.reader()) {
            for (StoredObject object : objects) {
                try {
                    check(reader, object);
                } catch (Problem e) {
                    damaged.add(new FsckFinding("object", 0, object.id(), e.getMessage()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return damaged;
    }

    private void check(ObjectStore.Reader reader, StoredObject object) throws IOException {
        // Not needed to read an object, but to find out from a segment alone what is in it.
        reader.probe(object);
        if (!options.hash()) {
            return;
        }
        if (object.size() <= IN_MEMORY_BYTES) {
            reader.read(object);
        } else {
            try (InputStream in = reader.open(object)) {
                in.transferTo(OutputStream.nullOutputStream());
            }
        }
    }

    private long snapshots(long repoId) throws SQLException {
        ManifestCache manifests = new ManifestCache();
        List<Sha256> ids;
        try (Connection c = pool.acquire("fsck.snapshots")) {
            ids = CheckRows.snapshotsBasesFirst(c, repoId);
        }
        for (int from = 0; from < ids.size(); from += 100) {
            List<Sha256> page = ids.subList(from, Math.min(ids.size(), from + 100));
            try (Connection c = pool.acquire("fsck.snapshots")) {
                for (SnapshotRow row : SnapshotRows.read(c, repoId, page).stream()
                        .sorted(Comparator.comparingInt(r -> page.indexOf(r.id()))).toList()) {
                    checkSnapshot(c, repoId, row, manifests);
                }
            }
            progress.accept((from + page.size()) + " of " + ids.size() + " snapshots");
        }
        return ids.size();
    }

    private void checkSnapshot(Connection c, long repoId, SnapshotRow row, ManifestCache manifests)
            throws SQLException {
        try {
            Optional<Manifest> base = row.base().flatMap(manifests::get);
            if (row.base().isPresent() && base.isEmpty()) {
                base = SnapshotRows.manifest(c, repoId, row.base().get());
            }
            Manifest manifest = base.orElse(Manifest.EMPTY).apply(SnapshotBytes.decodeDelta(row.delta()));
            if (!Ids.snapshot(manifest).equals(row.id()) || manifest.size() != row.entries()) {
                report("snapshot", repoId, row.id(), "its manifest is that of another snapshot");
                return;
            }
            if (row.manifest().isPresent() && !Ids.snapshot(Manifest.EMPTY.apply(
                    SnapshotBytes.decodeDelta(row.manifest().get()))).equals(row.id())) {
                report("snapshot", repoId, row.id(), "its whole manifest is that of another snapshot");
            }
            manifests.put(row.id(), manifest);
            Set<Sha256> needed = new LinkedHashSet<>(SnapshotBytes.decodeDelta(row.delta()).set().values());
            needed.removeAll(CheckRows.objectsOf(c, repoId, row.id()));
            needed.forEach(id -> report("snapshot", repoId, row.id(), "it does not refer to its object " + id));
        } catch (RuntimeException | AssertionError e) {
            report("snapshot", repoId, row.id(), "its manifest is unreadable: " + e.getMessage());
        }
    }

    private long commits(long repoId) throws SQLException {
        long count = 0;
        Sha256 after = Sha256.ZEROS;
        while (true) {
            List<CommitRow> page;
            try (Connection c = pool.acquire("fsck.commits")) {
                page = CheckRows.commits(c, repoId, after, PAGE);
            }
            if (page.isEmpty()) {
                return count;
            }
            page.forEach(row -> checkCommit(repoId, row));
            count += page.size();
            after = page.getLast().id();
            progress.accept(count + " commits");
        }
    }

    private void checkCommit(long repoId, CommitRow row) {
        try {
            Commit commit = MsgPackValues.commit(row.record());
            commit.checked();
            if (!commit.id().equals(row.id()) || !commit.snapshotId().equals(row.snapshotId())
                    || !commit.parents().equals(row.parents())) {
                report("commit", repoId, row.id(), "its record is that of another commit");
            } else if (row.generation() != commit.generation(row.ofParents())) {
                report("commit", repoId, row.id(), "its generation is " + row.generation() + ", not "
                        + commit.generation(row.ofParents()));
            } else if (!row.placed()) {
                report("commit", repoId, row.id(), "its place on its line of first parents is not that of its parent"
                        + " and one more");
            }
        } catch (Problem e) {
            report("commit", repoId, row.id(), e.getMessage());
        }
    }

    private void report(String kind, long repoId, Sha256 id, String what) {
        findings.add(new FsckFinding(kind, repoId, id, what));
    }
}
