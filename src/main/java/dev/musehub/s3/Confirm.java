package dev.musehub.s3;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.push.KillPoint;
import dev.musehub.core.push.Quota;
import dev.musehub.core.rows.ObjectRows;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.store.DirectStore;
import dev.musehub.core.store.DirectStore.Offer;
import dev.musehub.repositories.Polyglots;
import dev.musehub.repositories.Questions;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * {@code push/confirm}: records what clients put into the store. Here too the bytes come before the row (design.md,
 * I1): first many requests at once ask the store, without a database connection (I2); then one transaction records
 * everything.
 */
public final class Confirm {

    /** Requests to the store at a time, in the whole process. */
    private static final int QUESTIONS = 64;
    /** Large objects that are joined and read back at a time. */
    private static final int LARGE = 4;
    /** How long one request waits for large objects; for those that take longer the client asks again. */
    private static final Duration WAIT = Duration.ofSeconds(8);

    private final Pool pool;
    private final DirectStore store;
    private final Semaphore questions = new Semaphore(QUESTIONS);
    private final Semaphore reading = new Semaphore(LARGE);
    private final Map<LargeKey, FutureTask<LargeFound>> large = new ConcurrentHashMap<>();

    /** A large object that a scope will get. */
    private record LargeKey(UUID scope, Sha256 id) { }

    /** A large object, and the number of the last sweep before it was asked for, maybe by another request. */
    private record LargeFound(Optional<StoredObject> object, long swept) { }

    /** What has arrived, and the number of the last sweep before the store was asked for the first of it. */
    private static final class Arrivals {
        private final List<StoredObject> objects = new ArrayList<>();
        private long swept;

        private void add(LargeFound found) {
            if (found.object().isPresent()) {
                objects.add(found.object().get());
                swept = Math.min(swept, found.swept());
            }
        }
    }

    public Confirm(Pool pool, DirectStore store) {
        this.pool = pool;
        this.store = store;
    }

    /**
     * The answer for each object.
     *
     * @param confirmed in the repository now
     * @param missing not in the store, or with wrong bytes: put it again
     * @param pending large, and still being read: ask again
     */
    public record ConfirmResult(Set<Sha256> confirmed, List<Sha256> missing, List<Sha256> pending) { }

    /**
     * Confirms objects put in one piece, {@code ids}, and in parts.
     *
     * @throws Problem {@code quota-exceeded} or {@code polyglot}; then nothing is recorded
     */
    public ConfirmResult run(Repository repository, Collection<Sha256> ids, Collection<Offer> inParts)
            throws IOException, SQLException, InterruptedException {
        Set<Sha256> asked = new LinkedHashSet<>(ids);
        inParts.forEach(offer -> asked.add(offer.id()));
        Set<Sha256> known;
        Arrivals arrived = new Arrivals();
        try (Connection c = pool.acquire("confirm.known")) {
            arrived.swept = ObjectRows.swept(c);
            known = ObjectRows.inRepository(c, repository.id(), asked);
        }
        List<Offer> largeOnes = inParts.stream().filter(o -> !known.contains(o.id())).toList();
        Set<Sha256> small = new LinkedHashSet<>(ids);
        small.removeAll(known);
        largeOnes.forEach(o -> small.remove(o.id()));

        UUID scope = Presigning.scope(repository);
        arrived.objects.addAll(askStore(scope, small));
        List<Sha256> pending = new ArrayList<>();
        long deadline = System.nanoTime() + WAIT.toNanos();
        for (Offer offer : largeOnes) {
            askForLarge(scope, offer, deadline, arrived, pending);
        }
        if (repository.policy().refusePolyglots()) {
            Questions.map(arrived.objects, questions, object -> {
                Polyglots.refuse(object.id(), object.size(), (from, count) -> store.bytes(object, from, count));
                return object;
            });
        }
        known.addAll(record(repository, arrived.objects, arrived.swept));
        asked.removeAll(known);
        pending.forEach(asked::remove);
        return new ConfirmResult(known, List.copyOf(asked), pending);
    }

    private List<StoredObject> askStore(UUID scope, Set<Sha256> ids) throws IOException, InterruptedException {
        return Questions.map(ids, questions, id -> store.arrived(scope, id)).stream()
                .flatMap(Optional::stream).toList();
    }

    /** Waits for a large object. If another request already has it read, waits for the same result. */
    private void askForLarge(UUID scope, Offer offer, long deadline, Arrivals arrived, List<Sha256> pending)
            throws IOException, SQLException, InterruptedException {
        LargeKey key = new LargeKey(scope, offer.id());
        FutureTask<LargeFound> fresh = new FutureTask<>(() -> {
            reading.acquire();
            try {
                long swept = swept();
                return new LargeFound(store.arrivedInParts(scope, offer), swept);
            } finally {
                reading.release();
            }
        });
        FutureTask<LargeFound> running = large.putIfAbsent(key, fresh);
        if (running == null) {
            running = fresh;
            Thread.ofVirtual().name("read-back").start(fresh);
        }
        try {
            LargeFound found = running.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            large.remove(key, running);
            arrived.add(found);
        } catch (TimeoutException e) {
            pending.add(offer.id());
        } catch (ExecutionException e) {
            large.remove(key, running);
            switch (e.getCause()) {
                case IOException failure -> throw failure;
                case SQLException failure -> throw failure;
                case RuntimeException failure -> throw failure;
                default -> throw new IllegalStateException(e.getCause());
            }
        }
    }

    private long swept() throws SQLException {
        try (Connection c = pool.acquire("confirm.swept")) {
            return ObjectRows.swept(c);
        }
    }

    /**
     * One transaction. An object that a collection is deleting is not given to the repository; clients put it again.
     */
    private Set<Sha256> record(Repository repository, List<StoredObject> arrived, long swept)
            throws IOException, SQLException, InterruptedException {
        if (arrived.isEmpty()) {
            return Set.of();
        }
        Quota.check(pool, repository, arrived.stream().mapToLong(StoredObject::size).sum());
        List<Sha256> ids = arrived.stream().map(StoredObject::id).toList();
        List<StoredObject> kept;
        Set<Sha256> given;
        KillPoint.CONFIRM_BEFORE_ROWS.reached();
        try (Connection c = pool.acquire("confirm")) {
            c.setAutoCommit(false);
            ObjectRows.insert(c, arrived, swept);
            given = ObjectRows.give(c, repository.id(), ids);
            kept = ObjectRows.places(c, repository.id(), ids);
            c.commit();
        }
        KillPoint.CONFIRM_AFTER_ROWS.reached();
        // An object that was already stored keeps its place. The copy of this repository has proved possession (I5);
        // drop it.
        Set<StoredObject> rows = Set.copyOf(kept);
        Questions.map(arrived.stream().filter(copy -> given.contains(copy.id()) && !rows.contains(copy)).toList(),
                questions, copy -> {
            store.discard(copy);
            return copy;
        });
        return given;
    }
}
