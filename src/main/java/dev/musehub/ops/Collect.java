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
 * Collects what no branch, tag or release reaches, and the contents of deleted repositories, while pushes run. It works
 * from the top down: commits, then snapshots, then the objects of a repository, then objects that belong to no
 * repository. Each step is a short transaction. If a push has come to need some of its rows, a foreign key refuses the
 * step, and the rows are left for the next run.
 *
 * <p>Bytes are deleted in three steps: the row becomes a tombstone, which no push trusts any more; the bytes are
 * deleted; the row is deleted. If the process is killed in between, the next run continues. A push that sends the same
 * bytes meanwhile stores them at another place and revives the row. So a collection never deletes bytes that somebody
 * needs (decisions.md, "A collection never takes what somebody needs").
 */
public final class Collect {

    /** Rows of one transaction. */
    private static final int CHUNK = 500;

    /** Attempts of a step that ends in a deadlock with a push. */
    private static final int ATTEMPTS = 20;

    /**
     * Files and keys younger than this stay, even with a grace of 0: their rows may be written just now. A row follows
     * its bytes within the statement timeout of a minute.
     */
    public static final Duration ROW_ON_ITS_WAY = Duration.ofMinutes(10);

    private final Pool pool;
    private final ObjectStore store;
    private final Duration rowOnItsWay;

    public Collect(Pool pool, ObjectStore store) {
        this(pool, store, ROW_ON_ITS_WAY);
    }

    /** A collector that keeps what is younger than {@code rowOnItsWay}; for tests, which cannot wait for minutes. */
    public Collect(Pool pool, ObjectStore store, Duration rowOnItsWay) {
        this.pool = pool;
        this.store = store;
        this.rowOnItsWay = rowOnItsWay;
    }

    /** What was or would be removed; {@code files} and {@code fileBytes} count what has no row in the store. */
    public record Collected(long commits, long snapshots, long objects, long bytes, long files, long fileBytes) { }

    /** Counts what a collection would remove, and removes nothing. */
    public Collected dryRun(Duration grace) throws IOException, SQLException {
        Instant before = Instant.now().minus(grace);
        long commits = 0;
        long snapshots = 0;
        long objects = 0;
        long bytes = 0;
        for (long repoId : withConnection("gc.repositories", CollectRows::repositories)) {
            CollectRows.Unreachable idle = withConnection("gc.count", c ->
                    CollectRows.idle(c, repoId, before, CollectRows.unreachableCommits(c, repoId, before)));
            commits += idle.commits();
            snapshots += idle.snapshots();
            objects += idle.objects();
            bytes += idle.bytes();
        }
        ObjectStore.Swept swept = store.sweep(sweepBefore(grace), rows(), false);
        return new Collected(commits, snapshots, objects, bytes, swept.count(), swept.bytes());
    }

    /**
     * Collects what has been unreachable for {@code grace}.
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
        List<Long> deleted = withConnection("gc.deleted", c -> DeletedRows.before(c, before));
        for (long repoId : deleted) {
            untilNothingIsLeft(c -> DeletedRows.removeNotes(c, repoId, CHUNK));
        }
        for (long repoId : withConnection("gc.repositories", CollectRows::repositories)) {
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

    private interface CollectStep<T> {
        T run(Connection c) throws SQLException;
    }

    private <T> T withConnection(String use, CollectStep<T> step) throws SQLException {
        try (Connection c = pool.acquire(use)) {
            return step.run(c);
        }
    }

    private long commits(long repoId, Instant before) throws SQLException {
        List<Sha256> unreachable = withConnection("gc.find", c -> CollectRows.unreachableCommits(c, repoId, before));
        long deleted = 0;
        for (int from = 0; from < unreachable.size(); from += CHUNK) {
            List<Sha256> chunk = unreachable.subList(from, Math.min(unreachable.size(), from + CHUNK));
            deleted += unlessInUse(c -> CollectRows.deleteCommits(c, repoId, chunk));
        }
        return deleted;
    }

    private long snapshots(long repoId, Instant before) throws SQLException {
        return untilNothingIsLeft(c -> {
            List<Sha256> idle = CollectRows.idleSnapshots(c, repoId, before, CHUNK);
            return CollectRows.deleteSnapshots(c, repoId, idle);
        });
    }

    private void objectsOf(long repoId, Instant before) throws SQLException {
        untilNothingIsLeft(c -> {
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
            List<StoredObject> tombstones = withConnection("gc.tombstones", c -> CollectRows.tombstones(c, CHUNK));
            if (tombstones.isEmpty()) {
                return new Collected(0, 0, objects, bytes, 0, 0);
            }
            store.delete(tombstones);
            objects += withConnection("gc.bury", c -> CollectRows.bury(c, tombstones));
            bytes += tombstones.stream().mapToLong(StoredObject::size).sum();
        }
    }

    private ObjectStore.RowLookup rows() {
        return new ObjectStore.RowLookup() {
            @Override
            public Set<UUID> withRows(Collection<UUID> segments) throws SQLException {
                return withConnection("gc.sweep", c -> CollectRows.segmentsWithRows(c, segments));
            }

            @Override
            public Map<Sha256, StoreLocation> places(Collection<Sha256> ids) throws SQLException {
                return withConnection("gc.sweep", c -> CollectRows.places(c, ids));
            }
        };
    }

    private long untilNothingIsLeft(CollectStep<Integer> step) throws SQLException {
        long total = 0;
        for (int gone = unlessInUse(step); gone > 0; gone = unlessInUse(step)) {
            total += gone;
        }
        return total;
    }

    /** One transaction. Removes nothing, and returns 0, if a push has come to need some of it. */
    private int unlessInUse(CollectStep<Integer> step) throws SQLException {
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

    private int once(CollectStep<Integer> step) throws SQLException {
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
