package dev.musehub.client.transfer;

import dev.musehub.cli.Meter;
import dev.musehub.cli.Version;
import dev.musehub.client.hub.HubClient;
import dev.musehub.client.hub.PresignClient.Outgoing;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.core.history.Commit;
import dev.musehub.core.io.Zstd;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.wire.BatchPacker;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.FrameWriter;
import dev.musehub.core.wire.Lease;
import dev.musehub.core.wire.Limits;
import dev.musehub.core.wire.PackWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.DoubleAccumulator;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Gatherers;

/** Sends the objects and commits of one push, in as many requests as the limits of the hub need. */
final class PushSender {

    /** Object streams at the same time: while the hub makes one batch durable, the other stream sends. */
    private static final int STREAMS = 2;

    private final MuseRepository repository;
    private final HubClient hub;
    private final HubClient.Refs refs;
    private final Limits limits;
    private final PushRequest request;
    private final Meter meter;
    /** The objects that the first batch of a stream is packed on, as the hub has them. */
    private List<Sha256> older = List.of();
    private final LongAdder allCommits = new LongAdder();
    private final LongAdder allSnapshots = new LongAdder();
    private final LongAdder allStored = new LongAdder();
    private final LongAdder allSkipped = new LongAdder();
    private final Map<String, Double> allTiming = Collections.synchronizedMap(new LinkedHashMap<>());
    private final DoubleAccumulator longestHold = new DoubleAccumulator(Math::max, 0);

    PushSender(MuseRepository repository, HubClient hub, HubClient.Refs refs, PushRequest request, Meter meter) {
        this.repository = repository;
        this.hub = hub;
        this.refs = refs;
        this.limits = refs.limits();
        this.request = request;
        this.meter = meter;
    }

    /** How objects would travel. */
    ObjectWays ways(List<Sha256> ids) {
        List<Outgoing> objects = ids.stream().map(id -> new Outgoing(id, repository.objects().size(id))).toList();
        boolean begun = new UploadJournal(repository, hub.remote().toString()).isOpen();
        return ObjectWays.of(objects, request.way(), begun, refs);
    }

    /** The number of requests that {@link #send} makes. */
    int requests(PushPlan plan, ObjectWays ways) {
        return (ways.bodies().size() > 1 ? ways.bodies().size() : 0) + plan.packs(limits.commitsPerPush()).size();
    }

    /**
     * Sends objects, then commits, and moves the branch to {@code head} with the last request. The numbers of the
     * result are those of all requests of this push.
     */
    Frame.Result send(Sha256 head, PushPlan plan, ObjectWays ways) {
        List<List<Commit>> packs = plan.packs(limits.commitsPerPush());
        try (Meter.Bar bar = meter.bar("sending", ways.bytes(), "B")) {
            // A single body travels with the commits.
            boolean single = ways.bodies().size() == 1;
            sendObjects(ways.direct(), single ? List.of() : ways.bodies(), bar);
            List<Outgoing> body = single ? ways.bodies().getFirst() : List.of();
            older = prefix(plan.older(), body);
            for (List<Commit> pack : packs.subList(0, packs.size() - 1)) {
                stream(body, pack, plan.snapshots(), Optional.empty(), bar);
                body = List.of();
            }
            return inAll(stream(body, packs.getLast(), plan.snapshots(), Optional.of(head), bar));
        }
    }

    /** What a single batch is packed on: so a new version of a file travels as what changed in it. */
    private List<Sha256> prefix(List<Sha256> older, List<Outgoing> body) {
        if (body.size() > Limits.BATCH_OBJECTS) {
            return List.of();
        }
        long bytes = 0;
        List<Sha256> prefix = new ArrayList<>();
        for (Sha256 id : older) {
            if (prefix.size() < Limits.BATCH_OBJECTS && repository.objects().has(id)) {
                bytes += repository.objects().size(id);
                if (bytes > limits.batchBytes()) {
                    break;
                }
                prefix.add(id);
            }
        }
        return prefix;
    }

    private Frame.Result inAll(Frame.Result last) {
        return new Frame.Result(last.branch(), last.old(), last.head(), last.branchHeads(), allStored.sum(),
                allSkipped.sum(), allCommits.sum(), allSnapshots.sum(), allTiming, longestHold.get(),
                last.warnings(), last.labels(), last.lost());
    }

    /** Sends objects, then commits that no branch has; no branch moves. */
    void sendLoose(PushPlan plan, ObjectWays ways) {
        try (Meter.Bar bar = meter.bar("sending", ways.bytes(), "B")) {
            sendObjects(ways.direct(), ways.bodies(), bar);
            for (List<Commit> pack : plan.packs(limits.commitsPerPush())) {
                stream(List.of(), pack, plan.snapshots(), Optional.empty(), bar);
            }
        }
    }

    /** Sends objects that the hub has lost. */
    void heal(ObjectWays ways) {
        try (Meter.Bar bar = meter.bar("healing", ways.bytes(), "B")) {
            sendObjects(ways.direct(), ways.bodies(), bar);
        }
    }

    private void sendObjects(List<Outgoing> direct, List<List<Outgoing>> bodies, Meter.Bar bar) {
        if (!direct.isEmpty()) {
            if (!refs.exists()) {
                // The hub signs URLs only for a repository that exists; an empty stream creates it.
                streamObjects(List.of(), bar);
            }
            try (DirectUpload upload = new DirectUpload(repository, hub, hub.remote(), bar)) {
                upload.send(direct);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        // The bodies may arrive in any order, as long as the commits come after them.
        bodies.stream().gather(Gatherers.mapConcurrent(STREAMS, body -> streamObjects(body, bar))).forEach(_ -> { });
    }

    private Frame.Result streamObjects(List<Outgoing> objects, Meter.Bar bar) {
        return stream(objects, List.of(), Map.of(), Optional.empty(), bar);
    }

    /** Makes one request, and once more without a prefix where the hub cannot read that any more. */
    private Frame.Result stream(List<Outgoing> objects, List<Commit> commits,
            Map<Sha256, Frame.SnapshotDelta> snapshots, Optional<Sha256> head, Meter.Bar bar) {
        try {
            return streamOnce(objects, commits, snapshots, head, bar);
        } catch (Problem e) {
            if (e.code() != Problem.Code.UNKNOWN_PREFIX || older.isEmpty()) {
                throw e;
            }
            older = List.of();
            return streamOnce(objects, commits, snapshots, head, bar);
        }
    }

    /** With a {@code head} the request moves the branch. */
    private Frame.Result streamOnce(List<Outgoing> objects, List<Commit> commits,
            Map<Sha256, Frame.SnapshotDelta> snapshots, Optional<Sha256> head, Meter.Bar bar) {
        Frame.Header header = new Frame.Header(Frame.VERSION, request.branch(), head, request.force(),
                head.isPresent() ? request.expect() : new Lease.None(), objects.size(), commits.size(),
                ObjectWays.bytes(objects), "musehub/" + Version.TEXT, repository.repoId(), repository.domain());
        Frame.Result result = hub.push(header, out -> {
            writeObjects(out, objects, bar);
            PackWriter packs = new PackWriter(out, limits, true);
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
        }, limits, progress -> bar.note(progress.phase()));
        allCommits.add(result.commits());
        allSnapshots.add(result.snapshots());
        allStored.add(result.stored());
        allSkipped.add(result.skipped());
        result.timing().forEach((phase, millis) -> allTiming.merge(phase, millis, Double::sum));
        longestHold.accumulate(result.longestHoldMillis());
        return result;
    }

    private void writeObjects(FrameWriter out, List<Outgoing> objects, Meter.Bar bar) throws IOException {
        try (BatchPacker packer = new BatchPacker(out, limits, limits.batchBytes())) {
            packer.packOn(older, Zstd.join(older.stream().map(repository.objects()::read).toList()));
            for (Outgoing object : objects) {
                if (object.size() > limits.objectBytes()) {
                    packer.flush();
                    packer.forget();
                    writePieces(out, object, bar);
                    continue;
                }
                packer.add(object.id(), repository.objects().read(object.id()));
                bar.add(object.size());
            }
            packer.flush();
        }
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
