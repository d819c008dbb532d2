package dev.musehub.ops;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoreLocation;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.repositories.DeletedRows;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Collects what no branch, tag or release reaches, and what was in deleted repositories, beside running pushes. From the top down: commits, then snapshots,
 * then the objects of a repository, then objects that belong to nobody. Every step is a short transaction that decides
 * by what it sees, and the foreign keys refuse what a push has come to need in between; such a chunk is left for the next
 * run.
 *
 * <p>Bytes go in two steps: the row becomes a tombstone, which no push trusts any more; the bytes are deleted; the row goes.
 * Killed in between, the next run goes on there. A push that sends the same bytes meanwhile stores them at another
 * place, which revives the row, so that a deletion can never hit what somebody relies on.
 */
public final class Collect {

    /** Rows of one transaction. */
    private static final int CHUNK = 500;

    /** How often a step is tried that a push and this stood in the way of each other. */
    private static final int ATTEMPTS = 20;

    /**
     * Files and keys younger than this are left alone even with no grace at all: their rows may be on the way. A row
     * follows its bytes within the statement timeout of a minute.
     */
    public static final Duration ROW_ON_ITS_WAY = Duration.ofMinutes(10);

    private final Pool pool;
    private final ObjectStore store;
    private final Duration rowOnItsWay;

    public Collect(Pool pool, ObjectStore store) {
        this(pool, store, ROW_ON_ITS_WAY);
    }

    /** A collector that leaves alone what is younger than {@code rowOnItsWay}; tests cannot wait for minutes. */
    public Collect(Pool pool, ObjectStore store, Duration rowOnItsWay) {
        this.pool = pool;
        this.store = store;
        this.rowOnItsWay = rowOnItsWay;
    }

    /** What is, or would be, gone; {@code files} and {@code fileBytes} are those of the store that had no row. */
    public record Collected(long commits, long snapshots, long objects, long bytes, long files, long fileBytes) { }

    /** Counts what a collection would remove, and removes nothing. */
    public Collected dryRun(Duration grace) throws IOException, SQLException {
        Instant before = Instant.now().minus(grace);
        long commits = 0;
        long snapshots = 0;
        long objects = 0;
        long bytes = 0;
        for (long repoId : repositories()) {
            try (Connection c = pool.acquire("gc.count")) {
                List<Sha256> unreachable = CollectRows.unreachableCommits(c, repoId, before);
                CollectRows.Unreachable idle = CollectRows.idle(c, repoId, before, unreachable);
                commits += idle.commits();
                snapshots += idle.snapshots();
                objects += idle.objects();
                bytes += idle.bytes();
            }
        }
        ObjectStore.Swept swept = store.sweep(sweepBefore(grace), rows(), false);
        return new Collected(commits, snapshots, objects, bytes, swept.count(), swept.bytes());
    }

    /**
     * Collects what has not been reached for {@code grace}.
     *
     * @throws Problem {@code busy} while another collection or a backup runs
     */
    public Collected run(Duration grace) throws IOException, SQLException {
        try (Connection lock = pool.acquire("gc.lock")) {
            if (!Dump.tryLock(lock)) {
                throw new Problem(Problem.Code.BUSY, "a backup or another collection is running; try again when it is"
                        + " done");
            }
            try {
                return collect(grace);
            } finally {
                Dump.unlock(lock);
            }
        }
    }

    private Collected collect(Duration grace) throws IOException, SQLException {
        Instant before = Instant.now().minus(grace);
        long commits = 0;
        long snapshots = 0;
        List<Long> deleted = deleted(before);
        for (long repoId : deleted) {
            untilNothingGoes(c -> DeletedRows.removeNotes(c, repoId, CHUNK));
        }
        for (long repoId : repositories()) {
            commits += commits(repoId, before);
            snapshots += snapshots(repoId, before);
            objectsOf(repoId, before);
        }
        for (long repoId : deleted) {
            unlessInUse(c -> DeletedRows.remove(c, repoId));
        }
        mark(before);
        Collected gone = bury();
        ObjectStore.Swept swept = store.sweep(sweepBefore(grace), rows(), true);
        return new Collected(commits, snapshots, gone.objects(), gone.bytes(), swept.count(), swept.bytes());
    }

    private Instant sweepBefore(Duration grace) {
        return Instant.now().minus(grace.compareTo(rowOnItsWay) > 0 ? grace : rowOnItsWay);
    }

    private List<Long> repositories() throws SQLException {
        try (Connection c = pool.acquire("gc.repositories")) {
            return CollectRows.repositories(c);
        }
    }

    private List<Long> deleted(Instant before) throws SQLException {
        try (Connection c = pool.acquire("gc.deleted")) {
            return DeletedRows.before(c, before);
        }
    }

    private long commits(long repoId, Instant before) throws SQLException {
        List<Sha256> unreachable;
        try (Connection c = pool.acquire("gc.find")) {
            unreachable = CollectRows.unreachableCommits(c, repoId, before);
        }
        long deleted = 0;
        for (int from = 0; from < unreachable.size(); from += CHUNK) {
            List<Sha256> chunk = unreachable.subList(from, Math.min(unreachable.size(), from + CHUNK));
            deleted += unlessInUse(c -> CollectRows.deleteCommits(c, repoId, chunk));
        }
        return deleted;
    }

    private long snapshots(long repoId, Instant before) throws SQLException {
        return untilNothingGoes(c -> {
            List<Sha256> idle = CollectRows.idleSnapshots(c, repoId, before, CHUNK);
            return CollectRows.deleteSnapshots(c, repoId, idle);
        });
    }

    private long objectsOf(long repoId, Instant before) throws SQLException {
        return untilNothingGoes(c -> {
            List<Sha256> idle = CollectRows.idleObjects(c, repoId, before, CHUNK);
            return CollectRows.takeObjects(c, repoId, idle);
        });
    }

    private void mark(Instant before) throws SQLException {
        Sha256 after = Sha256.ofBytes(new byte[Sha256.BYTES]);
        while (true) {
            try (Connection c = pool.acquire("gc.mark")) {
                c.setAutoCommit(false);
                List<Sha256> locked = CollectRows.lockOwnerless(c, after, before, CHUNK);
                CollectRows.mark(c, locked);
                c.commit();
                if (locked.isEmpty()) {
                    return;
                }
                after = locked.getLast();
            }
        }
    }

    private Collected bury() throws IOException, SQLException {
        long objects = 0;
        long bytes = 0;
        while (true) {
            List<StoredObject> tombstones;
            try (Connection c = pool.acquire("gc.tombstones")) {
                tombstones = CollectRows.tombstones(c, CHUNK);
            }
            if (tombstones.isEmpty()) {
                return new Collected(0, 0, objects, bytes, 0, 0);
            }
            store.delete(tombstones);
            try (Connection c = pool.acquire("gc.bury")) {
                objects += CollectRows.bury(c, tombstones);
            }
            bytes += tombstones.stream().mapToLong(StoredObject::size).sum();
        }
    }

    private ObjectStore.RowLookup rows() {
        return new ObjectStore.RowLookup() {
            @Override
            public Set<UUID> withRows(Collection<UUID> segments) throws SQLException {
                try (Connection c = pool.acquire("gc.sweep")) {
                    return CollectRows.segmentsWithRows(c, segments);
                }
            }

            @Override
            public Map<Sha256, StoreLocation> places(Collection<Sha256> ids) throws SQLException {
                try (Connection c = pool.acquire("gc.sweep")) {
                    return CollectRows.places(c, ids);
                }
            }
        };
    }

    private interface CollectStep {
        int run(Connection c) throws SQLException;
    }

    private long untilNothingGoes(CollectStep step) throws SQLException {
        long total = 0;
        while (true) {
            int gone = unlessInUse(step);
            total += gone;
            if (gone == 0) {
                return total;
            }
        }
    }

    /** One transaction; nothing happens where a push has come to need some of it. */
    private int unlessInUse(CollectStep step) throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try {
                return once(step);
            } catch (SQLException e) {
                if (!CollectRows.isDeadlock(e) || attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private int once(CollectStep step) throws SQLException {
        try (Connection c = pool.acquire("gc.delete")) {
            c.setAutoCommit(false);
            try {
                int gone = step.run(c);
                c.commit();
                return gone;
            } catch (SQLException e) {
                c.rollback();
                if (CollectRows.isInUse(e)) {
                    return 0;
                }
                throw e;
            }
        }
    }
}
