package dev.musehub.client;

import dev.musehub.model.Commit;
import dev.musehub.model.Problem;
import dev.musehub.model.Sha256;
import dev.musehub.wire.Frame;
import dev.musehub.wire.FrameWriter;
import dev.musehub.wire.Lease;
import dev.musehub.wire.Limits;
import dev.musehub.wire.PackWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Gatherers;

/**
 * A push, from the client's seat: ask what the remote has, plan what it lacks, send objects, then commits. Large
 * pushes go out as several bounded streams (peers.md A4: proxies limit bodies), objects first, so that whatever breaks
 * off is not sent again.
 */
final class Push {

    /** Object streams under way at a time: while one waits for its batch to become durable, the other sends. */
    private static final int STREAMS = 2;

    private final MuseRepository repository;
    private final HubClient hub;
    private final Meter meter;

    Push(MuseRepository repository, HubClient hub, Meter meter) {
        this.repository = repository;
        this.hub = hub;
        this.meter = meter;
    }

    /**
     * What to push.
     *
     * @param force whether a head that is no descendant of the remote's is accepted
     * @param signing who signs the new commits, if they shall be
     */
    record Request(String remote, String branch, boolean force, Lease expect, Optional<Signing> signing) { }

    /**
     * What came of it.
     *
     * @param result what the hub said of the last stream; empty where the remote was up to date
     * @param objects objects sent
     * @param bytes their raw bytes
     * @param labels tags and releases sent
     */
    record Outcome(Sha256 head, Optional<Frame.Result> result, long objects, long bytes, long labels) { }

    /**
     * Pushes the head of a local branch to the branch of the same name.
     *
     * @throws Problem what the hub refused, or {@code not-found} where there is no such branch or no commit on it
     */
    Outcome run(Request request) {
        Sha256 head = repository.head(request.branch()).orElseThrow(() -> new Problem(Problem.Code.NOT_FOUND,
                "branch '" + request.branch() + "' does not exist here or has no commit"));
        HubClient.Refs refs = hub.refs();
        Optional<Sha256> remoteHead = Optional.ofNullable(refs.heads().get(request.branch()));
        if (remoteHead.equals(Optional.of(head)) && request.expect() instanceof Lease.None) {
            repository.setRemoteHead(request.remote(), request.branch(), head);
            return new Outcome(head, Optional.empty(), 0, 0, new LabelFiles(repository).push(hub, refs.labels()));
        }
        PushPlan plan = PushPlan.of(repository, head, refs.heads().values(), request.signing(), meter);
        List<Sha256> objects = missing(plan.objects(), refs);
        Sending sending = new Sending(request, head, plan, refs.limits());
        Frame.Result result;
        try {
            result = sending.send(objects);
        } catch (Problem e) {
            if (e.code() != Problem.Code.MISSING_OBJECTS) {
                throw e;
            }
            // The hub lacks what its heads made us believe it had: offer it everything the new commits hold.
            objects = missing(plan.withAllObjects(repository), refs);
            sending = new Sending(request, head, plan, refs.limits());
            result = sending.send(objects);
        }
        repository.setRemoteHead(request.remote(), request.branch(), head);
        return new Outcome(head, Optional.of(result), objects.size(), sending.totalBytes,
                new LabelFiles(repository).push(hub, refs.labels()));
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

    /** An object to send, with its length in bytes. */
    private record Outgoing(Sha256 id, long size) { }

    /** The streams of one push. */
    private final class Sending {
        private final Request request;
        private final Sha256 head;
        private final PushPlan plan;
        private final Limits limits;
        private long totalBytes;

        Sending(Request request, Sha256 head, PushPlan plan, Limits limits) {
            this.request = request;
            this.head = head;
            this.plan = plan;
            this.limits = limits;
        }

        Frame.Result send(List<Sha256> ids) {
            List<List<Outgoing>> bodies = bodies(ids);
            List<List<Commit>> packs = packs();
            try (Meter.Bar bar = meter.bar("sending", totalBytes, "B")) {
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

        private List<List<Outgoing>> bodies(List<Sha256> ids) {
            List<List<Outgoing>> bodies = new ArrayList<>();
            long bytes = 0;
            for (Sha256 id : ids) {
                long size = repository.objectSize(id);
                if (size > limits.objectBytes()) {
                    throw Limits.exceeded("bytes of object " + id, size, limits.objectBytes());
                }
                if (bodies.isEmpty() || bytes + size > limits.bodyBytes()
                        || bodies.getLast().size() >= limits.objectsPerStream()) {
                    bodies.add(new ArrayList<>());
                    bytes = 0;
                }
                bodies.getLast().add(new Outgoing(id, size));
                bytes += size;
                totalBytes += size;
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
                    "musehub/0.1.0", repository.repoId(), repository.domain());
            return hub.push(header, out -> write(out, objects, commits, bar), limits,
                    progress -> bar.note(progress.phase()));
        }

        private void write(FrameWriter out, List<Outgoing> objects, List<Commit> commits, Meter.Bar bar)
                throws IOException {
            for (Outgoing object : objects) {
                byte[] raw = repository.readObject(object.id());
                out.write(new Frame.ObjectFrame(object.id(), Frame.Encoding.RAW, Optional.empty(), raw.length, raw));
                bar.add(raw.length);
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
    }
}
