package dev.musehub.ops;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.model.SweptPlace;
import dev.musehub.core.rows.ObjectRows;
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
import java.util.Set;

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
     * Files and keys younger than this stay, even with a grace of 0: their rows are probably written just now, and the
     * push would have to store them again. Nothing is lost without this, only time.
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
        ObjectStore.Swept swept = store.sweep(sweepBefore(grace), counting(), false);
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
        finish();
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
        ObjectStore.Swept swept = store.sweep(sweepBefore(grace), deciding(), true);
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
        Sha256 after = Sha256.ZEROS;
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

    /** Goes on with the deletions of a collection that was killed. Nothing has got a row there meanwhile. */
    private void finish() throws IOException, SQLException {
        while (true) {
            List<SweptPlace> places = withConnection("gc.unfinished", c -> CollectRows.unfinished(c, CHUNK));
            if (places.isEmpty()) {
                break;
            }
            store.delete(places);
            inTransaction("gc.gone", c -> {
                CollectRows.gone(c, places);
                return places;
            });
        }
        inTransaction("gc.forget", c -> {
            CollectRows.forgetSwept(c);
            return true;
        });
    }

    /**
     * On a disk the bytes of an object stay until its whole file goes. In a bucket they are deleted here, and must be
     * doomed first: a client may put them again under the same key, and ask for a row just when this row is gone.
     */
    private Collected bury() throws IOException, SQLException {
        long objects = 0;
        long bytes = 0;
        while (true) {
            List<StoredObject> tombstones = inTransaction("gc.tombstones", c -> {
                ObjectRows.keepInsertsOut(c);
                List<StoredObject> found = CollectRows.tombstones(c, CHUNK);
                CollectRows.doom(c, keys(found));
                return found;
            });
            if (tombstones.isEmpty()) {
                return new Collected(0, 0, objects, bytes, 0, 0);
            }
            store.delete(keys(tombstones));
            objects += inTransaction("gc.bury", c -> {
                CollectRows.gone(c, keys(tombstones));
                return CollectRows.bury(c, tombstones);
            });
            bytes += tombstones.stream().mapToLong(StoredObject::size).sum();
        }
    }

    private static List<SweptPlace> keys(List<StoredObject> objects) {
        return objects.stream().flatMap(o -> o.place().map(place -> SweptPlace.of(place, o.id())).stream())
                .filter(place -> !place.isFile()).toList();
    }

    /** What the rows say to a sweep that only counts. */
    private ObjectStore.SweepRows counting() {
        return new ObjectStore.SweepRows() {
            @Override
            public Set<SweptPlace> doom(Collection<SweptPlace> places) throws SQLException {
                return withConnection("gc.sweep", c -> CollectRows.withoutRows(c, places));
            }

            @Override
            public void gone(Collection<SweptPlace> places) {
                throw new IllegalStateException("nothing was to be deleted");
            }
        };
    }

    /** What the rows say to a sweep that deletes; {@link ObjectRows#insert} says why this is safe. */
    private ObjectStore.SweepRows deciding() {
        return new ObjectStore.SweepRows() {
            @Override
            public Set<SweptPlace> doom(Collection<SweptPlace> places) throws SQLException {
                // Nearly all have rows, so a look without the lock comes first.
                Set<SweptPlace> idle = counting().doom(places);
                return idle.isEmpty() ? idle : inTransaction("gc.doom", c -> {
                    ObjectRows.keepInsertsOut(c);
                    Set<SweptPlace> doomed = CollectRows.withoutRows(c, idle);
                    CollectRows.doom(c, doomed);
                    return doomed;
                });
            }

            @Override
            public void gone(Collection<SweptPlace> places) throws SQLException {
                if (!places.isEmpty()) {
                    inTransaction("gc.gone", c -> {
                        CollectRows.gone(c, places);
                        return places;
                    });
                }
            }
        };
    }

    private <T> T inTransaction(String use, CollectStep<T> step) throws SQLException {
        try (Connection c = pool.acquire(use)) {
            c.setAutoCommit(false);
            T result = step.run(c);
            c.commit();
            return result;
        }
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
