package dev.musehub.client.transfer;

import dev.musehub.cli.Meter;
import dev.musehub.client.hub.HubClient;
import dev.musehub.client.hub.PresignClient;
import dev.musehub.client.muse.IncomingObject;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.client.snapshots.Snapshot;
import dev.musehub.core.history.Commit;
import dev.musehub.core.history.Ids;
import dev.musehub.core.history.KeyOrder;
import dev.musehub.core.history.Manifest;
import dev.musehub.core.history.ManifestCache;
import dev.musehub.core.io.Tasks;
import dev.musehub.core.io.Zstd;
import dev.musehub.core.model.CodePoints;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.Limits;
import dev.musehub.core.wire.ObjectCoding;
import dev.musehub.core.wire.Spool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Gatherers;

/**
 * Brings the commits of some remote heads into a local repository. Every id is recomputed on arrival (I8). Objects are
 * written first, then snapshots, then commits; the caller moves the refs when this has returned. So a fetch that is cut
 * off at any point leaves a consistent repository.
 */
public final class Fetch {

    /** Objects of one request. Each request writes its objects to disk as they come. */
    private static final int WINDOW = 4_096;
    private static final int REQUESTS = 4;

    /** Snapshot files that are written at the same time. */
    private static final int WRITERS = 4;

    /** Commits and snapshots of one fetch at most. They wait on disk until the objects are here. */
    private static final long PACK_BYTES = 8L << 30;

    private final MuseRepository repository;
    private final HubClient hub;
    private final HubClient.Refs refs;
    private final Limits limits;
    private final Meter meter;

    public Fetch(MuseRepository repository, HubClient hub, HubClient.Refs refs, Meter meter) {
        this.repository = repository;
        this.hub = hub;
        this.refs = refs;
        this.limits = refs.limits();
        this.meter = meter;
    }

    /** The numbers of new commits, snapshots and objects. */
    public record FetchOutcome(long commits, long snapshots, long objects) { }

    /**
     * Fetches the commits {@code want} and their ancestors.
     *
     * @throws Problem if something does not match its id; that is not kept
     */
    public FetchOutcome run(Collection<Sha256> want, Collection<Sha256> have) {
        try (Spool packs = new Spool(limits, Path.of(System.getProperty("java.io.tmpdir")), PACK_BYTES)) {
            Arrival arrival = new Arrival();
            hub.fetch(want, have, limits, frame -> {
                if (!(frame instanceof Frame.CommitPack pack)) {
                    throw new Problem(Problem.Code.UNEXPECTED_FRAME, "the hub sent objects instead of commits");
                }
                arrival.gather(pack);
                packs.add(pack);
            });
            long objects = fetchObjects(arrival.objects());
            packs.forEach(arrival::snapshots);
            packs.forEach(arrival::commits);
            for (Sha256 head : want) {
                if (!repository.hasCommit(head)) {
                    throw new Problem(Problem.Code.UNKNOWN_HEAD, "the hub did not send commit " + head);
                }
            }
            return new FetchOutcome(arrival.newCommits, arrival.newSnapshots, objects);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Fetches tags and releases; returns how many are new.
     *
     * @param all whether all branches of the hub were fetched: then what is still missing are commits that no branch
     *     has, and they come along
     */
    public long labels(boolean all) {
        return new LabelFiles(repository).fetch(hub, refs.labels(), absent -> {
            if (all) {
                List<Sha256> have = refs.heads().values().stream().distinct().limit(limits.idsPerRequest()).toList();
                absent.stream().gather(Gatherers.windowFixed(limits.idsPerRequest()))
                        .forEach(window -> run(window, have));
            }
        });
    }

    /**
     * Checks the objects of {@code heads}, which the hub and the repository have, and of all their ancestors. Downloads
     * those that are missing or damaged here; returns their number.
     */
    public long repair(Collection<Sha256> heads) {
        Set<Sha256> snapshots = new LinkedHashSet<>();
        NewCommits history = new NewCommits(repository);
        for (Sha256 head : heads) {
            history.newCommits(head, List.of()).forEach(commit -> snapshots.add(commit.snapshotId()));
        }
        Set<Sha256> wanted = new LinkedHashSet<>();
        for (Sha256 id : snapshots) {
            Manifest manifest = repository.readSnapshot(id).manifest();
            for (int i = 0; i < manifest.size(); i++) {
                wanted.add(manifest.objectId(i));
            }
        }
        List<Sha256> broken = new ArrayList<>();
        try (Meter.Bar bar = meter.bar("checking", wanted.size(), "object")) {
            for (Sha256 id : wanted) {
                if (!repository.objects().hasSound(id)) {
                    broken.add(id);
                }
                bar.add(1);
            }
        }
        broken.forEach(repository.objects()::discard);
        return fetchObjects(broken);
    }

    private long fetchObjects(List<Sha256> ids) {
        List<Sha256> missing = ids.stream().filter(id -> !repository.objects().has(id)).toList();
        try (Meter.Bar bar = meter.bar("receiving", missing.size(), "object")) {
            if (refs.direct() && (missing.size() >= ObjectWays.DIRECT_OBJECTS || areLarge(missing))) {
                try (DirectDownload download = new DirectDownload(repository, hub, hub.remote())) {
                    download.fetch(missing, bar);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                return missing.size();
            }
            missing.stream()
                    .gather(Gatherers.windowFixed(Math.min(WINDOW, limits.idsPerRequest())))
                    .gather(Gatherers.mapConcurrent(REQUESTS, window -> {
                        new ObjectsArrival(window, bar).fetch();
                        return window.size();
                    }))
                    .forEach(_ -> { });
        }
        return missing.size();
    }

    private boolean areLarge(List<Sha256> few) {
        return !few.isEmpty() && new PresignClient(hub).downloads(few).values().stream()
                .mapToLong(PresignClient.SignedDownload::size).sum() >= ObjectWays.DIRECT_BYTES;
    }

    /** Receives the answer to one request for objects. */
    private final class ObjectsArrival {
        private final List<Sha256> asked;
        private final Meter.Bar bar;
        private int arrived;
        private Optional<Sha256> previousId = Optional.empty();
        private byte[] previous = Zstd.noPrefix();
        /** The large object whose pieces are arriving, or null. */
        private IncomingObject incoming;
        private Frame.LargePiece lastPiece;

        ObjectsArrival(List<Sha256> asked, Meter.Bar bar) {
            this.asked = asked;
            this.bar = bar;
        }

        /**
         * Takes a piece of an object that is too large for memory. The order is checked here, the hash after the last.
         */
        private void large(Frame.LargePiece piece) throws IOException {
            boolean first = incoming == null;
            if (arrived >= asked.size() || !piece.id().equals(asked.get(arrived))
                    || (first ? piece.offset() != 0 : !lastPiece.isFollowedBy(piece))) {
                throw notRequested();
            }
            if (first) {
                incoming = repository.objects().incoming(piece.id());
            }
            incoming.write(piece.data());
            lastPiece = piece;
            if (piece.isLast()) {
                incoming.finish();
                incoming = null;
                arrived++;
                previousId = Optional.empty();
                bar.add(1);
            }
        }

        void fetch() {
            try {
                receive();
            } finally {
                if (incoming != null) {
                    try {
                        incoming.close();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            }
        }

        private void receive() {
            try (Zstd zstd = new Zstd()) {
                hub.fetchObjects(asked, limits, frame -> {
                    switch (frame) {
                        case Frame.LargePiece piece -> large(piece);
                        case Frame.ObjectFrame o -> {
                            requireAsked(List.of(o.id()));
                            write(o.id(), ObjectCoding.unpack(o, zstd));
                        }
                        case Frame.BatchFrame batch -> {
                            requireAsked(batch.ids());
                            List<byte[]> objects = ObjectCoding.unpack(batch, prefix(batch), zstd);
                            for (int i = 0; i < objects.size(); i++) {
                                write(batch.ids().get(i), objects.get(i));
                            }
                        }
                        default -> throw notRequested();
                    }
                });
            }
            if (arrived != asked.size() || incoming != null) {
                throw new Problem(Problem.Code.TRUNCATED_STREAM, "the hub sent " + arrived + " of " + asked.size()
                        + " objects; fetch again");
            }
        }

        private void requireAsked(List<Sha256> ids) {
            if (incoming != null || ids.size() > asked.size() - arrived
                    || !ids.equals(asked.subList(arrived, arrived + ids.size()))) {
                throw notRequested();
            }
        }

        private byte[] prefix(Frame.BatchFrame batch) {
            if (batch.prefix().isEmpty()) {
                return Zstd.noPrefix();
            }
            if (!batch.prefix().equals(previousId.map(List::of).orElse(List.of()))) {
                throw new Problem(Problem.Code.UNKNOWN_PREFIX, "the hub packed objects on one that is not the one"
                        + " before them");
            }
            return previous;
        }

        private void write(Sha256 id, byte[] raw) {
            repository.objects().write(id, raw);
            previousId = Optional.of(id);
            previous = raw;
            arrived++;
            bar.add(1);
        }

        private static Problem notRequested() {
            return new Problem(Problem.Code.UNEXPECTED_FRAME, "the hub sent an object that was not requested");
        }
    }

    /** The content of the packs: first its objects are listed, then its snapshots are written, then its commits. */
    private final class Arrival {
        private final Map<String, Set<Sha256>> byPath = new TreeMap<>(CodePoints.ORDER);
        private final ManifestCache manifests = new ManifestCache();
        private Frame.SnapshotDelta pieces;
        private long newSnapshots;
        private long newCommits;

        void gather(Frame.CommitPack pack) {
            for (Frame.SnapshotDelta s : pack.snapshots()) {
                s.delta().set().forEach((path, id) -> byPath.computeIfAbsent(path, _ -> new LinkedHashSet<>()).add(id));
            }
        }

        /** The objects by path, then history: most likely the order in which the hub stores them. */
        List<Sha256> objects() {
            Set<Sha256> ordered = new LinkedHashSet<>();
            byPath.values().forEach(ordered::addAll);
            return new ArrayList<>(ordered);
        }

        void snapshots(Frame.CommitPack pack) throws IOException {
            try (Tasks writers = Tasks.atOnce("snapshots", WRITERS)) {
                for (Frame.SnapshotDelta piece : pack.snapshots()) {
                    Optional<Frame.SnapshotDelta> complete = join(piece);
                    if (complete.isPresent()) {
                        Snapshot snapshot = rebuild(complete.get());
                        newSnapshots++;
                        writers.submit(() -> repository.writeSnapshot(snapshot));
                    }
                }
                writers.join();
            }
        }

        private Optional<Frame.SnapshotDelta> join(Frame.SnapshotDelta s) {
            Frame.SnapshotDelta joined = pieces == null ? s : pieces.join(s);
            pieces = s.more() ? joined : null;
            return s.more() ? Optional.empty() : Optional.of(joined);
        }

        private Snapshot rebuild(Frame.SnapshotDelta s) {
            Manifest base = s.base().map(this::manifest).orElse(Manifest.EMPTY);
            Manifest manifest = base.apply(s.delta());
            if (!Ids.snapshot(manifest).equals(s.id())) {
                throw new Problem(Problem.Code.SNAPSHOT_MISMATCH, "the hub sent another snapshot as " + s.id());
            }
            s.order().ifPresent(order -> KeyOrder.check(order, manifest.size()));
            manifests.put(s.id(), manifest);
            return new Snapshot(s.id(), manifest, s.createdAt(), s.order());
        }

        private Manifest manifest(Sha256 id) {
            return manifests.get(id).orElseGet(() -> repository.readSnapshot(id).manifest());
        }

        void commits(Frame.CommitPack pack) {
            for (Commit commit : pack.commits()) {
                commit.checked();
                for (Sha256 parent : commit.parents()) {
                    if (!repository.hasCommit(parent)) {
                        throw new Problem(Problem.Code.UNKNOWN_PARENT, "the hub sent commit " + commit.id()
                                + " without its parent " + parent);
                    }
                }
                if (!repository.hasSnapshot(commit.snapshotId())) {
                    throw new Problem(Problem.Code.UNKNOWN_SNAPSHOT, "the hub sent commit " + commit.id()
                            + " without its snapshot " + commit.snapshotId());
                }
                repository.writeCommit(commit);
                newCommits++;
            }
        }
    }
}
