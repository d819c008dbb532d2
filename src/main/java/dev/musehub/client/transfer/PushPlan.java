package dev.musehub.client.transfer;

import dev.musehub.cli.Meter;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.client.muse.UserKey;
import dev.musehub.client.snapshots.Snapshot;
import dev.musehub.core.history.Commit;
import dev.musehub.core.history.Manifest;
import dev.musehub.core.history.ManifestCache;
import dev.musehub.core.history.ManifestDelta;
import dev.musehub.core.model.CodePoints;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.wire.Frame;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Gatherers;

/**
 * What a push contains: the new commits, their snapshots as differences, and the objects that those differences add.
 *
 * @param commits parents before children
 * @param snapshots by id, each after the one it is based on
 * @param objects ordered by path, then history: versions of a file are neighbours, and pack well together (wire.md)
 * @param older the versions that the remote has of files that changed, in the order of their paths
 */
record PushPlan(List<Commit> commits, Map<Sha256, Frame.SnapshotDelta> snapshots, List<Sha256> objects,
        List<Sha256> older) {

    /** Snapshot files read ahead at the same time. Parsing them is most of the work of a first push. */
    private static final int AHEAD = 8;

    /**
     * Plans the push of {@code head} to a remote that has the commits {@code known} and their ancestors.
     *
     * @throws dev.musehub.core.model.Problem {@code damaged-repository} if a commit or snapshot cannot be read
     */
    static PushPlan of(MuseRepository repository, Sha256 head, Collection<Sha256> known, Optional<UserKey> key,
            Meter meter) {
        List<Commit> commits = new NewCommits(repository).newCommits(head, known);
        return new Draft(repository).build(key.map(k -> k.sign(commits, repository)).orElse(commits), meter);
    }

    /** The commits in groups of at most {@code most}. There is at least one group, which may be empty. */
    List<List<Commit>> packs(int most) {
        return commits.isEmpty() ? List.of(List.of())
                : commits.stream().gather(Gatherers.windowFixed(most)).toList();
    }

    /** All objects of the new snapshots, also those that the snapshot before has, by path, then history. */
    List<Sha256> withAllObjects(MuseRepository repository) {
        Map<String, Set<Sha256>> byPath = new TreeMap<>(CodePoints.ORDER);
        for (Sha256 id : snapshots.keySet()) {
            Manifest manifest = repository.readSnapshot(id).manifest();
            for (int i = 0; i < manifest.size(); i++) {
                byPath.computeIfAbsent(manifest.path(i), _ -> new LinkedHashSet<>()).add(manifest.objectId(i));
            }
        }
        Set<Sha256> all = new LinkedHashSet<>();
        byPath.values().forEach(all::addAll);
        return new ArrayList<>(all);
    }

    private static final class Draft {
        private final MuseRepository repository;
        private final ManifestCache manifests = new ManifestCache();
        private final Map<Sha256, Frame.SnapshotDelta> snapshots = new LinkedHashMap<>();
        private final Map<String, Set<Sha256>> byPath = new TreeMap<>(CodePoints.ORDER);
        private final Map<String, Sha256> older = new TreeMap<>(CodePoints.ORDER);

        Draft(MuseRepository repository) {
            this.repository = repository;
        }

        PushPlan build(List<Commit> commits, Meter meter) {
            // The base of a snapshot is the snapshot of the first parent of the first commit that uses it.
            Map<Sha256, Sha256> snapshotOf = new LinkedHashMap<>();
            Map<Sha256, Optional<Sha256>> bases = new LinkedHashMap<>();
            for (Commit c : commits) {
                snapshotOf.put(c.id(), c.snapshotId());
                bases.putIfAbsent(c.snapshotId(), c.parent1().map(parent -> snapshotOf.containsKey(parent)
                        ? snapshotOf.get(parent) : repository.readCommit(parent).snapshotId()));
            }
            try (Meter.Bar bar = meter.bar("reading", bases.size(), "snapshot")) {
                bases.keySet().stream()
                        .gather(Gatherers.mapConcurrent(AHEAD, repository::readSnapshot))
                        .forEachOrdered(snapshot -> {
                            add(snapshot, bases.get(snapshot.id()).filter(base -> !base.equals(snapshot.id())));
                            bar.add(1);
                        });
            }
            Set<Sha256> objects = new LinkedHashSet<>();
            byPath.values().forEach(objects::addAll);
            return new PushPlan(commits, snapshots, new ArrayList<>(objects),
                    older.values().stream().distinct().toList());
        }

        private void add(Snapshot snapshot, Optional<Sha256> base) {
            Manifest baseManifest = base.map(this::manifest).orElse(Manifest.EMPTY);
            ManifestDelta delta = snapshot.manifest().since(baseManifest);
            manifests.put(snapshot.id(), snapshot.manifest());
            boolean remoteHasBase = base.isPresent() && !snapshots.containsKey(base.get());
            delta.set().forEach((path, id) -> {
                byPath.computeIfAbsent(path, _ -> new LinkedHashSet<>()).add(id);
                if (remoteHasBase) {
                    baseManifest.get(path).ifPresent(before -> older.putIfAbsent(path, before));
                }
            });
            snapshots.put(snapshot.id(), new Frame.SnapshotDelta(snapshot.id(), base, delta, snapshot.createdAt(),
                    snapshot.order(), false));
        }

        private Manifest manifest(Sha256 id) {
            return manifests.get(id).orElseGet(() -> {
                Manifest read = repository.readSnapshot(id).manifest();
                manifests.put(id, read);
                return read;
            });
        }
    }
}
