package dev.musehub.repositories;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoreLocation;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.model.Value;
import dev.musehub.core.rows.ObjectRows;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.rows.Sql;
import dev.musehub.core.store.DirectStore;
import dev.musehub.core.store.ObjectStore;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;

/**
 * Looks for polyglots among the objects that a repository has already. Of a bucket it reads the first bytes of each
 * object, of a disk all bytes, as objects lie there packed on one another. No connection is held meanwhile (I2).
 */
final class PolyglotSearch {

    /** Objects looked at before the next ones are asked for. */
    private static final int PAGE = 20_000;
    /** Requests to a bucket at a time. */
    private static final int QUESTIONS = 64;
    /** Longer objects are read piece by piece. */
    private static final long IN_MEMORY_BYTES = 4 << 20;
    private static final int PIECE_BYTES = 64 << 10;
    /** Polyglots named in a refusal. */
    private static final int LISTED = 20;

    private final Pool pool;
    private final ObjectStore store;
    private final Semaphore questions = new Semaphore(QUESTIONS);
    /** One repository at a time: to look into a large one takes what pushes need too. */
    private final Semaphore one = new Semaphore(1);

    PolyglotSearch(Pool pool, ObjectStore store) {
        this.pool = pool;
        this.store = store;
    }

    /**
     * Refuses a repository with polyglots.
     *
     * @throws Problem {@code polyglot}, with the first {@value #LISTED}; {@code busy} while another one is looked into
     */
    void requireNone(Repository repository) throws IOException, SQLException {
        if (!one.tryAcquire()) {
            throw new Problem(Problem.Code.BUSY, "another repository is being looked into; try again in a minute");
        }
        Map<Sha256, String> found;
        try {
            found = polyglots(repository);
        } finally {
            one.release();
        }
        if (!found.isEmpty()) {
            Map.Entry<Sha256, String> first = found.entrySet().iterator().next();
            throw new Problem(Problem.Code.POLYGLOT, "nothing was changed: objects of " + repository.name()
                    + " have two formats at once, such as " + first.getKey() + ", which is " + first.getValue()
                    + "; to have it public all the same: musehub repo set URL public=true refuse_polyglots=false")
                    .with("objects", Value.texts(found.keySet().stream().limit(LISTED).map(Sha256::toString).toList()));
        }
    }

    private Map<Sha256, String> polyglots(Repository repository) throws IOException, SQLException {
        Map<Sha256, String> found = new LinkedHashMap<>();
        Sha256 after = Sha256.ZEROS;
        while (found.size() < LISTED) {
            List<StoredObject> page;
            try (Connection c = pool.acquire("polyglots")) {
                page = page(c, repository.id(), after);
            }
            if (page.isEmpty()) {
                break;
            }
            after = page.getLast().id();
            List<StoredObject> objects = byPlace(page);
            List<Optional<String>> formats = store.direct().isPresent() ? inBucket(store.direct().get(), objects)
                    : onDisk(objects);
            for (int i = 0; i < objects.size(); i++) {
                Sha256 id = objects.get(i).id();
                formats.get(i).ifPresent(both -> found.put(id, both));
            }
        }
        return found;
    }

    private static List<StoredObject> page(Connection c, long repoId, Sha256 after) throws SQLException {
        return Sql.of(c, """
                select o.id, o.size, o.segment, o.position
                from repository_objects r join objects o on o.id = r.object_id
                where r.repo_id = ? and r.object_id > ? and o.lost_at is null
                order by r.object_id limit ?
                """).with(repoId, after, PAGE).list(ObjectRows::stored);
    }

    private List<Optional<String>> inBucket(DirectStore bucket, List<StoredObject> objects) throws IOException {
        return Questions.map(objects, questions, object -> undamaged(() -> Polyglots.formats(object.size(),
                (from, count) -> bucket.bytes(object, from, count))));
    }

    /** The order of places: each file is opened once, and each object unpacked once. */
    private static List<StoredObject> byPlace(List<StoredObject> objects) {
        return objects.stream().sorted(Comparator
                .comparing((StoredObject o) -> o.place().map(StoreLocation::segment).orElse(new UUID(0, 0)))
                .thenComparing(o -> o.place().map(StoreLocation::position).orElse(0L))).toList();
    }

    private List<Optional<String>> onDisk(List<StoredObject> objects) throws IOException {
        List<Optional<String>> formats = new ArrayList<>();
        try (ObjectStore.Reader reader = store.reader()) {
            for (StoredObject object : objects) {
                formats.add(undamaged(() -> onDisk(reader, object)));
            }
        }
        return formats;
    }

    private static Optional<String> onDisk(ObjectStore.Reader reader, StoredObject object) throws IOException {
        if (object.size() <= IN_MEMORY_BYTES) {
            byte[] all = reader.read(object);
            return Polyglots.formats(all.length, Polyglots.pieces(all));
        }
        try (InputStream in = reader.open(object)) {
            return Polyglots.formats(object.size(), forwards(in));
        }
    }

    /** What {@code in} brings; each piece must lie behind the one before. */
    private static Polyglots.ObjectPieces forwards(InputStream in) {
        long[] at = {0};
        byte[] passed = new byte[PIECE_BYTES];
        return (from, count) -> {
            while (at[0] < from) {
                int n = in.readNBytes(passed, 0, (int) Math.min(passed.length, from - at[0]));
                if (n == 0) {
                    throw new EOFException("an object ends early");
                }
                at[0] += n;
            }
            at[0] += count;
            return in.readNBytes(count);
        };
    }

    private interface Look {
        Optional<String> formats() throws IOException;
    }

    /** A damaged object is a matter of fsck, and cannot be read by anybody. */
    private static Optional<String> undamaged(Look look) throws IOException {
        try {
            return look.formats();
        } catch (Problem e) {
            if (e.code() == Problem.Code.OBJECT_DAMAGED) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
