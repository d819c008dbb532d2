package dev.musehub.core.push;

import dev.musehub.core.io.HashingStream;
import dev.musehub.core.io.MemoryBudget;
import dev.musehub.core.io.Tasks;
import dev.musehub.core.io.Zstd;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.rows.Durability;
import dev.musehub.core.rows.ObjectRows;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.rows.SqlProblems;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.FrameReader;
import dev.musehub.core.wire.Limits;
import dev.musehub.core.wire.ObjectCoding;
import dev.musehub.core.wire.PiecesStream;
import dev.musehub.core.wire.Spool;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;

/**
 * Phase {@code receive}: reads {@code (B | O | L)* C* E}, and makes objects durable in batches while the next ones
 * arrive. One thread reads and unpacks, one hashes, stores and records, batch after batch in the order of the stream:
 * when something breaks in batch n, exactly the batches before it are committed.
 */
final class Receive implements FrameReader.AllocationGuard {

    /** Batches between the reader and the store: one being stored, one ready. */
    private static final int AHEAD = 2;

    /** A batch that holds no more stays, also where others wait for memory. */
    private static final int LITTLE_KIB = 256;

    /** How often a batch is stored where collections come in between. */
    private static final int ATTEMPTS = 5;

    private final Pool pool;
    private final ObjectStore store;
    private final Semaphore puts;
    private final MemoryBudget budget;
    private final Limits limits;
    private final PushServices.ContentCheck check;
    private final Repository repository;
    private final ProgressWriter progress;

    private final MemoryBudget.Hold memory;
    private Tasks storing;
    private ObjectStore.Writer writer;

    /** Guards {@link #batch}, which goes into the store early where others wait for memory. */
    private final Object filling = new Object();
    private Batch batch = new Batch(Optional.empty());
    /** Taken from the budget for the frame being read, until it is in a batch. */
    private int reservedKib;
    private boolean packsBegan;
    private Optional<Sha256> previousId = Optional.empty();
    private byte[] previousRaw = Zstd.noPrefix();
    /** The ids of this stream; the second object of an id is refused. */
    private final Set<Sha256> came = new HashSet<>();
    private long objects;
    private long commits;

    // Written by the storing thread, or by the reading one while no batch is under way; read when both have ended.
    private final Set<Sha256> received = new HashSet<>();
    private long stored;
    private long skipped;

    /** A receiver on the hub's shared parts; {@code pool} is the hub's, watched for this push. */
    Receive(PushServices hub, Pool pool, Repository repository, MemoryBudget.Hold memory, ProgressWriter progress) {
        this.pool = pool;
        this.store = hub.store();
        this.puts = hub.puts();
        this.budget = hub.budget();
        this.limits = hub.limits();
        this.check = hub.check();
        this.repository = repository;
        this.memory = memory;
        this.progress = progress;
    }

    /**
     * What arrived.
     *
     * @param received ids that are now in the repository
     * @param stored objects that the repository did not have
     * @param skipped objects that it had
     */
    record Received(Set<Sha256> received, long objects, long commits, long stored, long skipped) { }

    @Override
    public void frame(long bytes) {
        memory.atLeast(MemoryBudget.BudgetUse.FRAME, bytes);
    }

    /** Takes memory for an object that has come, or is about to be unpacked. */
    @Override
    public void object(int bytes) {
        int kib = budget.kib(bytes, reservedKib);
        try {
            if (!budget.tryTake(kib)) {
                // A push that waits must not hold a half-filled batch, which only it can free: two pushes would wait
                // for each other's memory until the minute is over.
                submit();
                budget.take(kib);
            }
            reservedKib += kib;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads to the end of the stream, packs into {@code packs}. */
    Received run(Frame.Header header, FrameReader reader, Spool packs) throws IOException {
        writer = store.writer();
        try (Tasks batches = Tasks.inOrder("batches", AHEAD); Zstd zstd = new Zstd();
                MemoryBudget.GivingWay _ = budget.givingWay(this::giveWay)) {
            storing = batches;
            try {
                read(header, reader, packs, zstd);
                submit();
                batches.join();
            } finally {
                synchronized (filling) {
                    budget.giveBack(batch.reservedKib() + reservedKib);
                    batch = new Batch(Optional.empty());
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            writer.close();
        }
        return new Received(received, objects, commits, stored, skipped);
    }

    private void read(Frame.Header header, FrameReader reader, Spool packs, Zstd zstd) throws IOException {
        while (true) {
            // While the client is slow with the next frame, others may need what the last one took.
            memory.atMost(MemoryBudget.BudgetUse.FRAME, 0);
            Frame frame = reader.next(this).orElseThrow(() -> new Problem(Problem.Code.TRUNCATED_STREAM,
                    "the stream ends without an E frame; send it again"));
            storing.throwFailure();
            switch (frame) {
                case Frame.BatchFrame b when !packsBegan -> unpack(b, zstd);
                case Frame.ObjectFrame o when !packsBegan -> unpack(o, zstd);
                case Frame.LargePiece first when !packsBegan -> large(first, reader);
                case Frame.CommitPack c -> {
                    packsBegan = true;
                    commits += c.commits().size();
                    if (commits > limits.commitsPerPush()) {
                        throw Limits.exceeded("commits in one stream", commits, limits.commitsPerPush());
                    }
                    packs.add(c);
                }
                case Frame.End e -> {
                    if (e.objects() != objects || e.commits() != commits) {
                        throw new Problem(Problem.Code.TRUNCATED_STREAM, "E announces " + e.objects() + " objects and "
                                + e.commits() + " commits, " + objects + " and " + commits + " arrived");
                    }
                    if (reader.next(this).isPresent()) {
                        throw new Problem(Problem.Code.UNEXPECTED_FRAME, "a frame follows E");
                    }
                    progress.at("receive", objects, header.objects());
                    progress.requestRead();
                    return;
                }
                case Frame.Header _, Frame.BatchFrame _, Frame.ObjectFrame _, Frame.LargePiece _, Frame.Progress _,
                        Frame.Failure _, Frame.Result _ -> throw new Problem(Problem.Code.UNEXPECTED_FRAME,
                                "after H come B, O and L frames, then C frames, then E");
            }
            progress.at("receive", objects, header.objects());
        }
    }

    private void unpack(Frame.ObjectFrame frame, Zstd zstd) throws IOException {
        count(frame.id());
        byte[] raw = ObjectCoding.unpack(frame, zstd);
        previous(frame.id(), raw);
        synchronized (filling) {
            batch.add(new Batch.Claimed(frame.id(), raw), reservedKib);
            reservedKib = 0;
            if (batch.isFull() || batch.reservedKib() > LITTLE_KIB && budget.isWaitedFor()) {
                submit();
            }
        }
    }

    /** A B frame is a batch by itself, and is stored as it came where the store can. */
    private void unpack(Frame.BatchFrame frame, Zstd zstd) throws IOException {
        frame.ids().forEach(this::count);
        List<byte[]> objects = ObjectCoding.unpack(frame, prefix(frame), zstd);
        previous(frame.ids().getLast(), objects.getLast());
        submit();
        // A store finds one object again; several it would have to keep.
        Batch whole = new Batch(frame.prefix().size() > 1 ? Optional.empty()
                : Optional.of(new ObjectStore.PackedBatch(frame.zstd(), frame.prefix().stream().findFirst())));
        for (int i = 0; i < objects.size(); i++) {
            whole.add(new Batch.Claimed(frame.ids().get(i), objects.get(i)), reservedKib);
            reservedKib = 0;
        }
        synchronized (filling) {
            batch = whole;
            submit();
        }
    }

    private void previous(Sha256 id, byte[] raw) {
        previousId = raw.length <= limits.batchBytes() ? Optional.of(id) : Optional.empty();
        previousRaw = previousId.isPresent() ? raw : Zstd.noPrefix();
    }

    /** Another push waits for memory: what has come goes into the store, though it is no whole batch. */
    private void giveWay() {
        try {
            submit();
        } catch (IOException e) {
            // A batch has failed, and the thread that reads finds it out too.
        }
    }

    private void count(Sha256 id) {
        if (++objects > limits.objectsPerStream()) {
            throw Limits.exceeded("objects in one stream", objects, limits.objectsPerStream());
        }
        if (!came.add(id)) {
            throw new Problem(Problem.Code.DUPLICATE_ID, "object " + id + " is in this stream twice")
                    .with("object", id.toString());
        }
    }

    /** An object in pieces goes into the store as it comes, on the reading thread, after the batches before it. */
    private void large(Frame.LargePiece first, FrameReader reader) throws IOException {
        count(first.id());
        if (repository.policy().refusePolyglots()) {
            throw new Problem(Problem.Code.LIMIT_EXCEEDED, "object " + first.id() + " has " + first.size() + " bytes;"
                    + " this repository refuses polyglots, and can look into " + limits.objectBytes() + " at most");
        }
        submit();
        storing.join();
        PiecesStream pieces = new PiecesStream(first, () -> {
            giveBack();
            progress.at("receive", objects, objects);
            return reader.next(this).orElseThrow(() -> new Problem(Problem.Code.TRUNCATED_STREAM,
                    "the stream ends inside an object; send it again"));
        });
        try {
            storeLarge(first.id(), first.size(), pieces);
        } catch (SQLException e) {
            throw SqlProblems.of(e);
        } finally {
            giveBack();
        }
        previousId = Optional.empty();
    }

    private void storeLarge(Sha256 id, long size, InputStream bytes) throws IOException, SQLException {
        ObjectRows.KnownObjects known;
        long swept;
        try (Connection c = pool.acquire("known")) {
            swept = ObjectRows.swept(c);
            known = ObjectRows.known(c, repository.id(), Set.of(id));
        }
        List<StoredObject> durable = new ArrayList<>();
        if (known.stored().isEmpty()) {
            puts.acquireUninterruptibly();
            try {
                durable.add(store.putLarge(id, size, bytes));
            } finally {
                puts.release();
            }
        } else {
            // Somebody has stored it; that this sender has it too is what the bytes prove (I5).
            try (InputStream hashing = new HashingStream(bytes, id, size, why -> new Problem(
                    Problem.Code.OBJECT_MISMATCH, "object " + id + " arrived damaged: " + why))) {
                hashing.transferTo(OutputStream.nullOutputStream());
            }
        }
        if (record(durable, Set.of(id), known, swept).isEmpty()) {
            throw collected();
        }
    }

    private void giveBack() {
        budget.giveBack(reservedKib);
        reservedKib = 0;
    }

    /** The bytes that a batch is packed on: those of the object before it, or of some that the repository has. */
    private byte[] prefix(Frame.BatchFrame frame) throws IOException {
        if (frame.prefix().isEmpty()) {
            return Zstd.noPrefix();
        }
        if (frame.prefix().size() == 1 && previousId.equals(frame.prefix().stream().findFirst())) {
            return previousRaw;
        }
        Map<Sha256, StoredObject> found = new HashMap<>();
        try (Connection c = pool.acquire("prefix")) {
            ObjectRows.places(c, repository.id(), frame.prefix()).forEach(object -> found.put(object.id(), object));
        } catch (SQLException e) {
            throw SqlProblems.of(e);
        }
        long bytes = 0;
        for (Sha256 id : frame.prefix()) {
            bytes += found.containsKey(id) ? found.get(id).size() : Long.MAX_VALUE / Limits.BATCH_OBJECTS;
        }
        if (bytes > limits.batchBytes()) {
            throw unknownPrefix();
        }
        object((int) bytes);
        try (ObjectStore.Reader reader = store.reader()) {
            List<byte[]> parts = new ArrayList<>();
            for (Sha256 id : frame.prefix()) {
                parts.add(reader.read(found.get(id)));
            }
            return Zstd.join(parts);
        } catch (Problem e) {
            // The object is lost. That is no reason to refuse new ones.
            throw e.code() == Problem.Code.OBJECT_DAMAGED ? unknownPrefix() : e;
        }
    }

    private static Problem unknownPrefix() {
        return new Problem(Problem.Code.UNKNOWN_PREFIX, "the prefix of a batch is neither the object before it nor"
                + " among those of this repository, or it is too long; send the batch without it");
    }

    /** Hands the current batch to the storing thread, waiting while {@value #AHEAD} are under way. */
    private void submit() throws IOException {
        synchronized (filling) {
            if (batch.isEmpty()) {
                return;
            }
            Batch full = batch;
            batch = new Batch(Optional.empty());
            storing.submit(() -> {
                try {
                    storeBatch(full);
                } catch (SQLException e) {
                    throw SqlProblems.of(e);
                }
            }, () -> budget.giveBack(full.reservedKib()));
        }
    }

    /**
     * Verify, then store, then one committed transaction: bytes before row (I1), no connection across I/O (I2). What a
     * collection takes away between the look and the transaction is stored again.
     */
    private void storeBatch(Batch batch) throws IOException, SQLException {
        Map<Sha256, ObjectStore.Blob> objects = verified(batch.objects());
        Set<Sha256> left = new LinkedHashSet<>(objects.keySet());
        for (int attempt = 1; !left.isEmpty(); attempt++) {
            ObjectRows.KnownObjects known;
            long swept;
            try (Connection c = pool.acquire("known")) {
                swept = ObjectRows.swept(c);
                known = ObjectRows.known(c, repository.id(), left);
            }
            List<ObjectStore.Blob> fresh = new ArrayList<>();
            for (Sha256 id : left) {
                if (!known.stored().contains(id)) {
                    fresh.add(objects.get(id));
                }
            }
            KillPoint.BATCH_BEFORE_PUT.reached();
            puts.acquireUninterruptibly();
            List<StoredObject> durable;
            try {
                durable = writer.put(fresh, fresh.size() == objects.size() ? batch.packed() : Optional.empty());
            } finally {
                puts.release();
            }
            left.removeAll(record(durable, left, known, swept));
            if (!left.isEmpty()) {
                if (attempt == ATTEMPTS) {
                    throw collected();
                }
                // The file itself may be what was collected.
                writer.close();
                writer = store.writer();
            }
        }
    }

    private static Problem collected() {
        return new Problem(Problem.Code.BUSY, "the hub is just collecting what this push sends; push again");
    }

    /** One committed transaction; returns those of {@code ids} that the repository has now. */
    private Set<Sha256> record(List<StoredObject> durable, Set<Sha256> ids, ObjectRows.KnownObjects known, long swept)
            throws SQLException {
        Set<Sha256> given;
        KillPoint.BATCH_BEFORE_ROWS.reached();
        try (Connection c = pool.acquire("batch")) {
            c.setAutoCommit(false);
            Durability.later(c);
            ObjectRows.insert(c, durable, swept);
            given = ObjectRows.give(c, repository.id(), ids);
            c.commit();
        }
        KillPoint.BATCH_AFTER_ROWS.reached();
        received.addAll(given);
        long had = given.stream().filter(known.inRepository()::contains).count();
        skipped += had;
        stored += given.size() - had;
        return given;
    }

    private Map<Sha256, ObjectStore.Blob> verified(List<Batch.Claimed> batch) throws IOException {
        Map<Sha256, ObjectStore.Blob> objects = new LinkedHashMap<>();
        for (Batch.Claimed claimed : batch) {
            Sha256 actual = Sha256.of(claimed.raw());
            if (!actual.equals(claimed.id())) {
                throw new Problem(Problem.Code.OBJECT_MISMATCH, "object " + claimed.id() + " arrived with bytes of "
                        + actual + "; the sender's copy is damaged").with("object", claimed.id().toString());
            }
            if (repository.policy().refusePolyglots()) {
                check.check(actual, claimed.raw());
            }
            objects.put(actual, new ObjectStore.Blob(actual, claimed.raw()));
        }
        return objects;
    }
}
