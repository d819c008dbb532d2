package dev.musehub.client.transfer;

import dev.musehub.cli.Meter;
import dev.musehub.client.hub.HubClient;
import dev.musehub.client.hub.RemoteErrors;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.Lease;
import dev.musehub.core.wire.Limits;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Gatherers;

/**
 * A push, as the client does it: ask what the remote has, plan what it lacks, send objects, then commits. A large push
 * is sent as several limited requests, because proxies limit bodies. Objects go first, so that after a failure nothing
 * is sent twice.
 */
public final class Push {

    /** New commits of a push that is tried in one request: what it sends is lost where it must be asked first. */
    private static final int SMALL_COMMITS = 100;

    /** Refusals after which the hub is asked what it has: it is not what it was at the last contact. */
    private static final Set<Problem.Code> ASK_FIRST = EnumSet.of(Problem.Code.LEASE_LOST, Problem.Code.NOT_FOUND,
            Problem.Code.UNKNOWN_BASE, Problem.Code.UNKNOWN_PARENT, Problem.Code.UNKNOWN_SNAPSHOT,
            Problem.Code.MISSING_OBJECTS, Problem.Code.LIMIT_EXCEEDED, Problem.Code.NOT_FAST_FORWARD,
            Problem.Code.CONFLICT);

    private final MuseRepository repository;
    private final HubClient hub;
    private final Meter meter;

    public Push(MuseRepository repository, HubClient hub, Meter meter) {
        this.repository = repository;
        this.hub = hub;
        this.meter = meter;
    }

    /**
     * The result of a push.
     *
     * @param result the answer of the hub to the last request; empty if the remote was up to date
     * @param objects number of objects sent
     * @param bytes their raw bytes
     * @param labels number of tags and releases sent
     * @param healed number of objects sent because the hub had lost them
     * @param created whether the push made the repository
     * @param forced whether the branch at the remote has lost commits
     */
    public record PushOutcome(Sha256 head, Optional<Frame.Result> result, long objects, long bytes, long labels,
            long healed, boolean created, boolean forced) { }

    /**
     * Pushes the head of a local branch to the branch of the same name.
     *
     * @throws Problem the refusal of the hub, or {@code not-found} if there is no such branch or no commit on it
     */
    public PushOutcome run(PushRequest request) {
        Sha256 head = repository.requireHead(request.branch());
        return atOnce(request, head).orElseGet(() -> asked(request, head));
    }

    /**
     * A small push, in one request: on top of what the hub had at the last contact, which must still be so. Empty if
     * it has to be asked first.
     */
    private Optional<PushOutcome> atOnce(PushRequest request, Sha256 head) {
        Optional<Sha256> remembered = repository.remoteHead(request.remote(), request.branch())
                .filter(old -> !old.equals(head) && repository.hasCommit(old));
        if (remembered.isEmpty() || request.force() || !(request.expect() instanceof Lease.None)
                || request.way() == PushRequest.Way.DIRECT) {
            return Optional.empty();
        }
        Collection<Sha256> known = repository.remoteHeads(request.remote()).values();
        if (new NewCommits(repository).newCommits(head, known).size() > SMALL_COMMITS) {
            return Optional.empty();
        }
        PushPlan plan = PushPlan.of(repository, head, known, request.key(), meter);
        if (plan.objects().size() > Limits.BATCH_OBJECTS) {
            return Optional.empty();
        }
        return atOnce(request.at(remembered.get()), head, plan);
    }

    private Optional<PushOutcome> atOnce(PushRequest request, Sha256 head, PushPlan plan) {
        HubClient.Refs assumed = HubClient.Refs.assumed();
        PushSender sender = new PushSender(repository, hub, assumed, request, meter);
        ObjectWays ways;
        Frame.Result result;
        try {
            ways = sender.ways(plan.objects());
            if (ways.bytes() > Limits.DEFAULT.batchBytes()) {
                return Optional.empty();
            }
            result = sender.send(head, plan, ways);
        } catch (Problem e) {
            if (ASK_FIRST.contains(e.code())) {
                return Optional.empty();
            }
            throw e;
        }
        if (!result.head().equals(Optional.of(head))) {
            throw RemoteErrors.unexpected();
        }
        repository.setRemoteHead(request.remote(), request.branch(), head);
        HubClient.Refs refs = result.labels().isPresent() ? assumed.with(result.labels().get(), result.lost())
                : hub.refs();
        long healed = refs.lost() ? heal(sender) : 0;
        return Optional.of(new PushOutcome(head, Optional.of(result), plan.objects().size(), ways.bytes(),
                sendLabels(request, refs, sender, head), healed, false, false));
    }

    private PushOutcome asked(PushRequest request, Sha256 head) {
        HubClient.Refs refs = hub.refs();
        PushSender sender = new PushSender(repository, hub, refs, request, meter);
        long healed = refs.lost() ? heal(sender) : 0;
        Optional<Sha256> remoteHead = Optional.ofNullable(refs.heads().get(request.branch()));
        if (remoteHead.equals(Optional.of(head)) && request.expect() instanceof Lease.None) {
            repository.setRemoteHead(request.remote(), request.branch(), head);
            long labels = sendLabels(request, refs, sender, head);
            return new PushOutcome(head, Optional.empty(), 0, 0, labels, healed, false, false);
        }
        PushPlan plan = PushPlan.of(repository, head, refs.heads().values(), request.key(), meter);
        List<Sha256> objects = missing(plan.objects(), refs);
        ObjectWays ways = sender.ways(objects);
        Frame.Result result;
        try {
            result = sender.send(head, plan, ways);
        } catch (Problem e) {
            if (e.code() != Problem.Code.MISSING_OBJECTS) {
                throw e;
            }
            // The hub lacks objects that its heads contain. Offer it everything that the new commits contain.
            objects = missing(plan.withAllObjects(repository), refs);
            ways = sender.ways(objects);
            result = sender.send(head, plan, ways);
        }
        if (!result.head().equals(Optional.of(head))) {
            throw RemoteErrors.unexpected();
        }
        repository.setRemoteHead(request.remote(), request.branch(), head);
        return new PushOutcome(head, Optional.of(result), objects.size(), ways.bytes(),
                sendLabels(request, refs, sender, head), healed, !refs.exists(),
                request.force() && !isForward(head, result.old()));
    }

    private boolean isForward(Sha256 head, Optional<Sha256> old) {
        return old.isEmpty() || repository.hasCommit(old.get()) && new NewCommits(repository).reaches(head, old.get());
    }

    /**
     * What a push would send.
     *
     * @param forward whether the remote's head is an ancestor of the new head; otherwise a push needs {@code --force}
     * @param direct number of objects that would go directly to the store
     * @param streams number of requests for the other objects and the commits
     */
    public record Planned(Optional<Sha256> old, Sha256 head, boolean forward, long commits, long snapshots,
            long objects, long bytes, long direct, long streams) { }

    /** Works out what {@link #run} would send, and sends nothing. Empty if the remote has everything. */
    public Optional<Planned> plan(PushRequest request) {
        Sha256 head = repository.requireHead(request.branch());
        HubClient.Refs refs = hub.refs();
        Optional<Sha256> old = Optional.ofNullable(refs.heads().get(request.branch()));
        if (old.equals(Optional.of(head))) {
            return Optional.empty();
        }
        PushPlan plan = PushPlan.of(repository, head, refs.heads().values(), Optional.empty(), meter);
        PushSender sender = new PushSender(repository, hub, refs, request, meter);
        List<Sha256> objects = missing(plan.objects(), refs);
        ObjectWays ways = sender.ways(objects);
        return Optional.of(new Planned(old, head, isForward(head, old), plan.commits().size(), plan.snapshots().size(),
                objects.size(), ways.bytes(), ways.direct().size(), sender.requests(plan, ways)));
    }

    /**
     * Sends tags and releases; returns how many the hub has now. Where no branch here has the commit of one, it travels
     * along: nothing else would ever send it.
     */
    private long sendLabels(PushRequest request, HubClient.Refs refs, PushSender sender, Sha256 head) {
        LabelFiles labels = new LabelFiles(repository);
        LabelFiles.LabelsSent sent = labels.push(hub, refs.labels());
        Set<Sha256> loose = new NewCommits(repository).unreached(sent.waiting(), repository.heads().values());
        if (loose.isEmpty()) {
            return sent.stored();
        }
        Set<Sha256> known = new HashSet<>(refs.heads().values());
        known.add(head);
        for (Sha256 commit : loose) {
            PushPlan plan = PushPlan.of(repository, commit, known, request.key(), meter);
            sender.sendLoose(plan, sender.ways(missing(plan.objects(), refs)));
            known.add(commit);
        }
        return labels.push(hub, refs.labels()).stored();
    }

    /** Sends the objects that the hub has lost and that are undamaged here; returns their number. */
    private long heal(PushSender sender) {
        List<Sha256> here = hub.lost().stream().filter(repository.objects()::hasSound).toList();
        if (!here.isEmpty()) {
            sender.heal(sender.ways(here));
        }
        return here.size();
    }

    /** The planned objects that the remote lacks, in their order. */
    private List<Sha256> missing(List<Sha256> planned, HubClient.Refs refs) {
        if (!refs.exists()) {
            return planned;
        }
        Set<Sha256> stored = new HashSet<>();
        planned.stream().gather(Gatherers.windowFixed(refs.limits().idsPerRequest()))
                .forEach(window -> stored.addAll(hub.stored(window)));
        return planned.stream().filter(id -> !stored.contains(id)).toList();
    }
}
