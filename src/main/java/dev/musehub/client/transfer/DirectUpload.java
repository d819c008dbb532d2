package dev.musehub.client.transfer;

import dev.musehub.cli.Meter;
import dev.musehub.cli.Plural;
import dev.musehub.client.hub.HubClient;
import dev.musehub.client.hub.PresignClient;
import dev.musehub.client.hub.PresignClient.Outgoing;
import dev.musehub.client.hub.RemoteErrors;
import dev.musehub.client.hub.StoreTransfer;
import dev.musehub.client.hub.StoreTransfer.StoreTarget;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.core.io.Tasks;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Uploads objects directly to the store behind the hub, window by window. The URLs of a window are signed just before
 * its objects are put, and the hub confirms a window after its last object arrived, while the next windows are under
 * way. After a killed push the next one first asks the hub about the windows that were under way.
 */
final class DirectUpload implements AutoCloseable {

    /** Objects that are signed and confirmed together. */
    private static final int WINDOW = 256;
    /** How often an object is put that the hub then does not find. */
    private static final int ROUNDS = 3;

    private final MuseRepository repository;
    private final PresignClient hub;
    private final StoreTransfer store;
    private final UploadJournal journal;
    private final Meter.Bar bar;

    DirectUpload(MuseRepository repository, HubClient hub, URI remote, Meter.Bar bar) {
        this.repository = repository;
        this.hub = new PresignClient(hub);
        this.store = new StoreTransfer(remote);
        this.journal = new UploadJournal(repository, remote.toString());
        this.bar = bar;
    }

    /**
     * Uploads objects. After that the hub has recorded all of them.
     *
     * @throws Problem if one cannot be sent; the confirmed objects stay at the hub
     */
    void send(List<Outgoing> objects) throws IOException {
        List<Outgoing> left = withoutThoseOf(journal.unended(), objects);
        journal.end();
        for (int round = 1; !left.isEmpty(); round++) {
            if (round > ROUNDS) {
                throw new Problem(Problem.Code.STORE_UNAVAILABLE, "the hub does not find "
                        + Plural.of(left.size(), "object") + " that its store accepted, first " + left.getFirst().id()
                        + "; tell the operator of the hub");
            }
            left = round(left);
        }
        journal.end();
    }

    /** The objects without those that a killed push has uploaded: the hub confirms which ones these are. */
    private List<Outgoing> withoutThoseOf(Set<Sha256> unended, List<Outgoing> objects) {
        List<Outgoing> begun = objects.stream().filter(o -> unended.contains(o.id())).toList();
        if (begun.isEmpty()) {
            return objects;
        }
        Set<Outgoing> left = new LinkedHashSet<>(objects);
        for (int from = 0; from < begun.size(); from += WINDOW) {
            List<Outgoing> window = begun.subList(from, Math.min(begun.size(), from + WINDOW));
            Set<Sha256> missing = hub.confirm(window.stream().map(Outgoing::id).toList(), List.of()).missing();
            window.stream().filter(o -> !missing.contains(o.id())).forEach(o -> {
                left.remove(o);
                bar.add(o.size());
            });
        }
        return List.copyOf(left);
    }

    /** Uploads {@code objects} once; returns those that the hub did not find afterwards. */
    private List<Outgoing> round(List<Outgoing> objects) throws IOException {
        Queue<Outgoing> missing = new ConcurrentLinkedQueue<>();
        List<Outgoing> inParts = new ArrayList<>();
        try (Tasks puts = Tasks.within("put", store.inFlight())) {
            for (int from = 0; from < objects.size(); from += WINDOW) {
                List<Outgoing> window = objects.subList(from, Math.min(objects.size(), from + WINDOW));
                journal.begin(window.stream().map(Outgoing::id).toList());
                PresignClient.UploadWays ways = hub.presign(window);
                window.stream().filter(o -> ways.inParts().contains(o.id())).forEach(inParts::add);
                window.stream().filter(o -> ways.stored().contains(o.id())).forEach(o -> bar.add(o.size()));
                putAll(window.stream().filter(o -> ways.targets().containsKey(o.id())).toList(), ways.targets(), puts,
                        missing);
            }
            puts.join();
        }
        for (Outgoing object : inParts) {
            if (!putInParts(object)) {
                missing.add(object);
            }
        }
        return List.copyOf(missing);
    }

    /** Puts the objects of a window; the last one that ends has the hub confirm all of them. */
    private void putAll(List<Outgoing> window, Map<Sha256, StoreTarget> targets, Tasks puts, Queue<Outgoing> missing)
            throws IOException {
        AtomicInteger left = new AtomicInteger(window.size());
        AtomicInteger arrived = new AtomicInteger();
        for (Outgoing object : window) {
            puts.submit(() -> {
                store.put(targets.get(object.id()), object.size(), () -> repository.objects().open(object.id()),
                        () -> again(object));
                bar.add(object.size());
                arrived.incrementAndGet();
            }, () -> {
                if (left.decrementAndGet() == 0 && arrived.get() == window.size()) {
                    Set<Sha256> lost = hub.confirm(window.stream().map(Outgoing::id).toList(), List.of()).missing();
                    window.stream().filter(o -> lost.contains(o.id())).forEach(missing::add);
                }
            });
        }
    }

    /** Another URL for an object, after the store refused the first one. */
    private Optional<StoreTarget> again(Outgoing object) {
        return Optional.ofNullable(hub.presign(List.of(object)).targets().get(object.id()));
    }

    /** Uploads a large object part by part; false if the hub does not find it afterwards. */
    private boolean putInParts(Outgoing object) throws IOException {
        PresignClient.SignedParts parts = hub.parts(object);
        bar.add(Math.min(object.size(), parts.present() * parts.partBytes()));
        while (!parts.missing().isEmpty()) {
            putParts(object, parts);
            parts = hub.parts(object);
        }
        PresignClient.Confirmation confirmation = hub.confirm(List.of(), List.of(object));
        while (!confirmation.pending().isEmpty()) {
            bar.note("the hub verifies a large object");
            confirmation = hub.confirm(List.of(), List.of(object));
        }
        return confirmation.missing().isEmpty();
    }

    private void putParts(Outgoing object, PresignClient.SignedParts parts) throws IOException {
        long partBytes = parts.partBytes();
        try (Tasks puts = Tasks.within("part", store.inFlight())) {
            for (Map.Entry<Integer, StoreTarget> part : parts.missing().entrySet()) {
                long offset = (part.getKey() - 1) * partBytes;
                long length = Math.min(partBytes, object.size() - offset);
                if (length <= 0) {
                    throw RemoteErrors.unexpected();
                }
                puts.submit(() -> {
                    store.put(part.getValue(), length, () -> piece(object.id(), offset),
                            () -> Optional.ofNullable(hub.parts(object).missing().get(part.getKey())));
                    bar.add(length);
                });
            }
            puts.join();
        }
    }

    private InputStream piece(Sha256 id, long offset) throws IOException {
        InputStream in = repository.objects().open(id);
        in.skipNBytes(offset);
        return in;
    }

    @Override
    public void close() {
        store.close();
    }
}
