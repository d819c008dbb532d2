package dev.musehub.client.transfer;

import dev.musehub.cli.Meter;
import dev.musehub.cli.Version;
import dev.musehub.client.hub.HubClient;
import dev.musehub.client.hub.PresignClient.Outgoing;
import dev.musehub.client.hub.RemoteErrors;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.client.muse.Signing;
import dev.musehub.core.history.Commit;
import dev.musehub.core.io.Zstd;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.FrameWriter;
import dev.musehub.core.wire.Lease;
import dev.musehub.core.wire.Limits;
import dev.musehub.core.wire.PackWriter;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Gatherers;

/**
 * A push, from the client's seat: ask what the remote has, plan what it lacks, send objects, then commits. Large
 * pushes go out as several bounded streams (peers.md A4: proxies limit bodies), objects first, so that whatever breaks
 * off is not sent again.
 */
public final class Push {

    /** From here on, objects go straight to the store behind the hub, where there is one (design.md section 7). */
    static final int DIRECT_OBJECTS = 500;
    static final long DIRECT_BYTES = 50_000_000;

    /** Object streams under way at a time: while one waits for its batch to become durable, the other sends. */
    private static final int STREAMS = 2;

    private final MuseRepository repository;
    private final HubClient hub;
    private final Meter meter;

    public Push(MuseRepository repository, HubClient hub, Meter meter) {
        this.repository = repository;
        this.hub = hub;
        this.meter = meter;
    }

    /**
     * What to push.
     *
     * @param force whether a head that is no descendant of the remote's is accepted
     * @param way how objects shall travel
     * @param signing who signs the new commits, if they shall be
     */
    public record PushRequest(String remote, String branch, boolean force, Lease expect, Way way,
            Optional<Signing> signing) { }

    /** How objects travel: by their number and size, or as the user says. */
    public enum Way { EITHER, STREAM, DIRECT }

    /**
     * What came of it.
     *
     * @param result what the hub said of the last stream; empty where the remote was up to date
     * @param objects objects sent
     * @param bytes their raw bytes
     * @param labels tags and releases sent
     * @param healed objects sent because the hub had lost them
     */
    public record PushOutcome(Sha256 head, Optional<Frame.Result> result, long objects, long bytes, long labels,
            long healed) { }

    /**
     * Pushes the head of a local branch to the branch of the same name.
     *
     * @throws Problem what the hub refused, or {@code not-found} where there is no such branch or no commit on it
     */
    public PushOutcome run(PushRequest request) {
        Sha256 head = localHead(request);
        HubClient.Refs refs = hub.refs();
        long healed = refs.lost() ? heal(request, head, refs) : 0;
        Optional<Sha256> remoteHead = Optional.ofNullable(refs.heads().get(request.branch()));
        if (remoteHead.equals(Optional.of(head)) && request.expect() instanceof Lease.None) {
            repository.setRemoteHead(request.remote(), request.branch(), head);
            return new PushOutcome(head, Optional.empty(), 0, 0, new LabelFiles(repository).push(hub, refs.labels()),
                    healed);
        }
        PushPlan plan = PushPlan.of(repository, head, refs.heads().values(), request.signing(), meter);
        List<Sha256> objects = missing(plan.objects(), refs);
        Sending sending = new Sending(request, head, plan, refs);
        Frame.Result result;
        try {
            result = sending.send(objects);
        } catch (Problem e) {
            if (e.code() != Problem.Code.MISSING_OBJECTS) {
                throw e;
            }
            // The hub lacks what its heads made us believe it had: offer it everything the new commits hold.
            objects = missing(plan.withAllObjects(repository), refs);
            sending = new Sending(request, head, plan, refs);
            result = sending.send(objects);
        }
        if (!result.head().equals(Optional.of(head))) {
            throw RemoteErrors.unexpected();
        }
        repository.setRemoteHead(request.remote(), request.branch(), head);
        return new PushOutcome(head, Optional.of(result), objects.size(), sending.totalBytes,
                new LabelFiles(repository).push(hub, refs.labels()), healed);
    }

    /**
     * What a push would send, and on which way; empty where the remote has it all.
     *
     * @param forward whether the remote's head is part of what would be pushed; otherwise it takes {@code --force}
     * @param direct objects that would go straight to the store
     * @param streams requests for the others and for the commits
     */
    public record Planned(Optional<Sha256> old, Sha256 head, boolean forward, long commits, long snapshots, long objects,
            long bytes, long direct, long streams) { }

    /** Works out what {@link #run} would do, and does nothing of it. */
    public Optional<Planned> plan(PushRequest request) {
        Sha256 head = localHead(request);
        HubClient.Refs refs = hub.refs();
        Optional<Sha256> remoteHead = Optional.ofNullable(refs.heads().get(request.branch()));
        if (remoteHead.equals(Optional.of(head))) {
            return Optional.empty();
        }
        PushPlan plan = PushPlan.of(repository, head, refs.heads().values(), Optional.empty(), meter);
        return Optional.of(new Sending(request, head, plan, refs).planned(missing(plan.objects(), refs), remoteHead));
    }

    private Sha256 localHead(PushRequest request) {
        return repository.head(request.branch()).orElseThrow(() -> new Problem(Problem.Code.NOT_FOUND,
                "branch '" + request.branch() + "' does not exist here or has no commit"));
    }

    /** Sends what the hub has lost and is whole here; returns how many that were. */
    private long heal(PushRequest request, Sha256 head, HubClient.Refs refs) {
        List<Sha256> here = hub.lost().stream().filter(repository.objects()::hasSound).toList();
        if (!here.isEmpty()) {
            PushPlan nothing = new PushPlan(List.of(), Map.of(), List.of());
            new Sending(request, head, nothing, refs).sendOnlyObjects(here);
        }
        return here.size();
    }

    /** The planned objects that the remote lacks, in their order. */
    private List<Sha256> missing(List<Sha256> planned, HubClient.Refs refs) {
        if (!refs.exists() || planned.isEmpty()) {
            return planned;
        }
        Set<Sha256> stored = new HashSet<>();
        int window = refs.limits().idsPerRequest();
        for (int from = 0; from < planned.size(); from += window) {
            stored.addAll(hub.stored(planned.subList(from, Math.min(from + window, planned.size()))));
        }
        return planned.stream().filter(id -> !stored.contains(id)).toList();
    }

    /** The streams of one push. */
    private final class Sending {
        private final PushRequest request;
        private final Sha256 head;
        private final PushPlan plan;
        private final HubClient.Refs refs;
        private final Limits limits;
        private long totalBytes;

        Sending(PushRequest request, Sha256 head, PushPlan plan, HubClient.Refs refs) {
            this.request = request;
            this.head = head;
            this.plan = plan;
            this.refs = refs;
            this.limits = refs.limits();
        }

        /** Which objects go straight to the store, and which in which stream. */
        private record ObjectWays(List<Outgoing> direct, List<List<Outgoing>> bodies) { }

        private ObjectWays ways(List<Sha256> ids) {
            List<Outgoing> objects = ids.stream().map(id -> new Outgoing(id, repository.objects().size(id))).toList();
            totalBytes = objects.stream().mapToLong(Outgoing::size).sum();
            List<Outgoing> direct = objects.stream().filter(straightToStore(objects.size())).toList();
            Set<Outgoing> gone = Set.copyOf(direct);
            return new ObjectWays(direct, bodies(objects.stream().filter(o -> !gone.contains(o)).toList()));
        }

        /** What {@link #send} would do. */
        Planned planned(List<Sha256> ids, Optional<Sha256> old) {
            ObjectWays ways = ways(ids);
            // One stream takes the commits with what objects there are; several bodies go before it.
            int before = ways.bodies().size() > 1 ? ways.bodies().size() : 0;
            boolean forward = old.isEmpty() || repository.hasCommit(old.get())
                    && new NewCommits(repository).reaches(head, old.get());
            return new Planned(old, head, forward, plan.commits().size(), plan.snapshots().size(), ids.size(),
                    totalBytes, ways.direct().size(), before + packs().size());
        }

        Frame.Result send(List<Sha256> ids) {
            ObjectWays ways = ways(ids);
            List<List<Outgoing>> bodies = ways.bodies();
            List<List<Commit>> packs = packs();
            try (Meter.Bar bar = meter.bar("sending", totalBytes, "B")) {
                if (!ways.direct().isEmpty()) {
                    sendDirect(ways.direct(), bar);
                }
                List<Outgoing> last = List.of();
                if (bodies.size() == 1) {
                    last = bodies.getFirst();
                } else {
                    // Several bodies: their order among each other does not matter, only that commits come after.
                    bodies.stream()
                            .gather(Gatherers.mapConcurrent(STREAMS, body -> stream(body, List.of(), false, bar)))
                            .forEach(_ -> { });
                }
                for (List<Commit> pack : packs.subList(0, packs.size() - 1)) {
                    stream(last, pack, false, bar);
                    last = List.of();
                }
                return stream(last, packs.getLast(), true, bar);
            }
        }

        void sendOnlyObjects(List<Sha256> ids) {
            List<Outgoing> objects = ids.stream().map(id -> new Outgoing(id, repository.objects().size(id))).toList();
            totalBytes = objects.stream().mapToLong(Outgoing::size).sum();
            Predicate<Outgoing> direct = straightToStore(objects.size());
            try (Meter.Bar bar = meter.bar("healing", totalBytes, "B")) {
                List<Outgoing> straight = objects.stream().filter(direct).toList();
                if (!straight.isEmpty()) {
                    sendDirect(straight, bar);
                }
                for (List<Outgoing> body : bodies(objects.stream().filter(direct.negate()).toList())) {
                    stream(body, List.of(), false, bar);
                }
            }
        }

        /** Many or large ones go direct, together or alone. */
        private Predicate<Outgoing> straightToStore(int count) {
            if (request.way() == Way.DIRECT && !refs.direct()) {
                throw new Problem(Problem.Code.BAD_REQUEST, "this hub takes objects in streams only; push without"
                        + " --direct");
            }
            if (request.way() == Way.STREAM || !refs.direct()) {
                return _ -> false;
            }
            // What a killed push had put there is only found by going the same way again.
            boolean begun = new UploadJournal(repository, hub.remote().toString()).isOpen();
            boolean all = request.way() == Way.DIRECT || begun || count >= DIRECT_OBJECTS
                    || totalBytes >= DIRECT_BYTES;
            return o -> all || o.size() > limits.objectBytes();
        }

        private void sendDirect(List<Outgoing> objects, Meter.Bar bar) {
            if (!refs.exists()) {
                // Places in the store belong to a repository: an empty stream makes it one.
                stream(List.of(), List.of(), false, bar);
            }
            try (DirectUpload upload = new DirectUpload(repository, hub, hub.remote(), bar)) {
                upload.send(objects);
            }
        }

        private List<List<Outgoing>> bodies(List<Outgoing> objects) {
            List<List<Outgoing>> bodies = new ArrayList<>();
            long bytes = 0;
            for (Outgoing object : objects) {
                long most = refs.large() ? limits.largeObjectBytes() : limits.objectBytes();
                if (object.size() > most) {
                    throw Limits.exceeded("bytes of object " + object.id(), object.size(), most);
                }
                if (bodies.isEmpty() || bytes + object.size() > limits.bodyBytes()
                        || bodies.getLast().size() >= limits.objectsPerStream()) {
                    bodies.add(new ArrayList<>());
                    bytes = 0;
                }
                bodies.getLast().add(object);
                bytes += object.size();
            }
            return bodies;
        }

        /** The commits in as many streams as their number demands; at least one, which may be empty. */
        private List<List<Commit>> packs() {
            List<List<Commit>> packs = new ArrayList<>();
            List<Commit> all = plan.commits();
            for (int from = 0; from < all.size(); from += limits.commitsPerPush()) {
                packs.add(all.subList(from, Math.min(from + limits.commitsPerPush(), all.size())));
            }
            return packs.isEmpty() ? List.of(List.of()) : packs;
        }

        /** One request; {@code moves} for the last one, which moves the branch. */
        private Frame.Result stream(List<Outgoing> objects, List<Commit> commits, boolean moves, Meter.Bar bar) {
            long bytes = objects.stream().mapToLong(Outgoing::size).sum();
            Frame.Header header = new Frame.Header(Frame.VERSION, request.branch(),
                    moves ? Optional.of(head) : Optional.empty(), request.force(),
                    moves ? request.expect() : new Lease.None(), objects.size(), commits.size(), bytes,
                    "musehub/" + Version.TEXT, repository.repoId(), repository.domain());
            return hub.push(header, out -> write(out, objects, commits, bar), limits,
                    progress -> bar.note(progress.phase()));
        }

        private void write(FrameWriter out, List<Outgoing> objects, List<Commit> commits, Meter.Bar bar)
                throws IOException {
            Zstd.Effort effort = hub.isFar() ? Zstd.Effort.SMALL : Zstd.Effort.QUICK;
            try (ObjectPacker packer = new ObjectPacker(limits)) {
                for (Outgoing object : objects) {
                    if (object.size() > limits.objectBytes()) {
                        writePieces(out, object, bar);
                        packer.forget();
                        continue;
                    }
                    out.write(packer.frame(object.id(), repository.objects().read(object.id()), effort));
                    bar.add(object.size());
                }
            }
            PackWriter packs = new PackWriter(out, limits);
            Map<Sha256, Frame.SnapshotDelta> snapshots = plan.snapshots();
            Set<Sha256> written = new HashSet<>();
            for (Commit commit : commits) {
                Frame.SnapshotDelta snapshot = snapshots.get(commit.snapshotId());
                if (snapshot != null && written.add(snapshot.id())) {
                    packs.add(snapshot);
                }
                packs.add(commit);
            }
            packs.flush();
            out.write(new Frame.End(objects.size(), packs.commits()));
        }

        private void writePieces(FrameWriter out, Outgoing object, Meter.Bar bar) throws IOException {
            try (InputStream in = repository.objects().open(object.id())) {
                for (long offset = 0; offset < object.size();) {
                    byte[] piece = in.readNBytes((int) Math.min(Limits.PIECE_BYTES, object.size() - offset));
                    out.write(new Frame.LargePiece(object.id(), object.size(), offset, piece));
                    offset += piece.length;
                    bar.add(piece.length);
                }
            }
        }
    }
}
