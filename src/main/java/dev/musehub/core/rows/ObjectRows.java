package dev.musehub.core.rows;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoreLocation;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.model.SweptPlace;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Objects, and which repository was given which. */
public final class ObjectRows {

    /** Of some ids those that this repository has, and those that any repository has. */
    public record KnownObjects(Set<Sha256> inRepository, Set<Sha256> stored) { }

    private static final int AT_ONCE = 20_000;

    /** Taken shared by what records objects, alone by a collection that writes down what it will delete. */
    private static final long RECORDING = 0x6d757365_73776570L;

    private ObjectRows() {
    }

    /**
     * Which of {@code ids} this repository has, and which the hub has. One query. A lost object and a tombstone count
     * as absent: their bytes must come again.
     */
    public static KnownObjects known(Connection c, long repoId, Collection<Sha256> ids) throws SQLException {
        KnownObjects known = new KnownObjects(new HashSet<>(), new HashSet<>());
        Sql.of(c, """
                select o.id, r.object_id is not null
                from objects o left join repository_objects r on r.repo_id = ? and r.object_id = o.id
                where o.id = any (?) and o.lost_at is null and o.tombstoned_at is null
                """).with(repoId).ids(ids).each(r -> {
                    known.stored().add(Sql.id(r, 1));
                    if (r.getBoolean(2)) {
                        known.inRepository().add(Sql.id(r, 1));
                    }
                });
        return known;
    }

    /** Those of {@code ids} that the repository has (I5), and that are not lost. One query. */
    public static Set<Sha256> inRepository(Connection c, long repoId, Collection<Sha256> ids) throws SQLException {
        Set<Sha256> found = new HashSet<>();
        Sql.of(c, """
                select object_id from repository_objects r
                where repo_id = ? and object_id = any (?)
                    and not exists (select from objects o where o.id = r.object_id and o.lost_at is not null)
                """).with(repoId).ids(ids).each(r -> found.add(Sql.id(r, 1)));
        return found;
    }

    /**
     * Those of {@code ids} that the repository lacks: the integrity check, one query and one hold of a connection, and
     * one more for each further {@value #AT_ONCE} (I3). An anti-join with the ids would return only what is missing,
     * which is usually nothing, and yet takes twice as long (IntegrityBench).
     */
    public static List<Sha256> missing(Pool pool, long repoId, Collection<Sha256> ids) throws SQLException {
        List<Sha256> missing = new ArrayList<>();
        Iterator<Sha256> left = ids.iterator();
        while (left.hasNext()) {
            List<Sha256> some = new ArrayList<>();
            while (left.hasNext() && some.size() < AT_ONCE) {
                some.add(left.next());
            }
            try (Connection c = pool.acquire("integrity")) {
                Set<Sha256> there = inRepository(c, repoId, some);
                some.stream().filter(id -> !there.contains(id)).forEach(missing::add);
            }
        }
        return missing;
    }

    /**
     * Records objects whose bytes are durable (I1). One that another push recorded meanwhile keeps its place. A lost
     * one gets the new place, which heals it. A tombstone gets the new place too, which revives it; but it is not
     * revived at its old place, as the bytes there are about to be deleted. The rows are in id order, so that two
     * batches with the same objects wait for each other and do not deadlock.
     *
     * <p>Bytes without a row may be deleted by a collection before this runs, so objects whose bytes may be gone get no
     * row; {@link #give} then leaves them out, and they must be stored again. A collection deletes bytes in three
     * steps: it commits a row in swept_places if there is no row in objects; it deletes; it commits the number of this
     * step, which is greater than all before. The first step and this transaction exclude each other by a lock:
     * <ul>
     * <li>This comes first: the collection sees the row of the object and does not delete.
     * <li>This comes second: it sees the row in swept_places. Without a number, or with one above {@code swept}, the
     * bytes may have been deleted after they were stored: no row. With a number up to {@code swept} they were deleted
     * before the caller read {@code swept}, so before it stored the bytes or found them there: they are others.
     * </ul>
     * No clock takes part in this. Locks are released after a commit is visible, and a commit that does not wait for
     * the log is durable before a later one that does (the collection's).
     *
     * <p>Must come before any row of its transaction, so that nobody waits for this lock with rows locked.
     *
     * @param swept what {@link #swept} said before the bytes were stored, or were found in the store
     */
    public static void insert(Connection c, Collection<StoredObject> objects, long swept) throws SQLException {
        // A statement of its own: the next one sees what was committed before the lock was taken.
        Sql.of(c, "select pg_advisory_xact_lock_shared(?)").with(RECORDING).each(_ -> { });
        List<StoredObject> sorted = objects.stream().sorted(Comparator.comparing(StoredObject::id)).toList();
        Sql.of(c, """
                insert into objects (id, size, segment, position)
                select n.id, n.size, n.segment, n.position
                from unnest(?::bytea[], ?::bigint[], ?::uuid[], ?::bigint[], ?::bigint[], ?::bytea[])
                    as n (id, size, segment, position, swept_position, swept_id)
                where not exists (
                    select from swept_places s
                    where s.segment = n.segment and s.position = n.swept_position and s.object_id = n.swept_id
                        and (s.gone is null or s.gone > ?)
                )
                order by n.id
                on conflict (id) do update
                set segment = excluded.segment, position = excluded.position, stored_at = now(), lost_at = null,
                    tombstoned_at = null
                where objects.lost_at is not null
                    or objects.tombstoned_at is not null
                        and (objects.segment, objects.position) is distinct from (excluded.segment, excluded.position)
                """)
                .column("bytea", sorted, StoredObject::id)
                .column("bigint", sorted, StoredObject::size)
                .column("uuid", sorted, o -> o.place().map(StoreLocation::segment))
                .column("bigint", sorted, o -> o.place().map(StoreLocation::position))
                .column("bigint", sorted, o -> swept(o).map(SweptPlace::position))
                .column("bytea", sorted, o -> swept(o).map(SweptPlace::id).orElse(o.id()))
                .with(swept)
                .update();
    }

    private static Optional<SweptPlace> swept(StoredObject object) {
        return object.place().map(place -> SweptPlace.of(place, object.id()));
    }

    /** The number of the last step of a collection that deleted bytes; to be read before bytes are stored. */
    public static long swept(Connection c) throws SQLException {
        return Sql.of(c, "select swept from store").one(r -> r.getLong(1));
    }

    /** Lets no {@link #insert} run until the transaction ends; the next statement sees what earlier ones inserted. */
    public static void keepInsertsOut(Connection c) throws SQLException {
        Sql.of(c, "select pg_advisory_xact_lock(?)").with(RECORDING).each(_ -> { });
    }

    /**
     * Gives recorded objects to a repository; what it has already stays. Locks each against becoming a tombstone until
     * the transaction ends.
     *
     * @return those given; the others are gone, lost or tombstones, and their bytes must be stored again
     */
    public static Set<Sha256> give(Connection c, long repoId, Collection<Sha256> ids) throws SQLException {
        Set<Sha256> living = new HashSet<>();
        Sql.of(c, """
                with living as (
                    select id from objects where id = any (?) and tombstoned_at is null and lost_at is null
                    order by id for share
                ), given as (
                    insert into repository_objects (repo_id, object_id) select ?, id from living
                    on conflict (repo_id, object_id) do nothing
                )
                select id from living
                """).ids(ids.stream().sorted().toList()).with(repoId).each(r -> living.add(Sql.id(r, 1)));
        return living;
    }

    /** The raw length of each of {@code ids}, in bytes. */
    public static Map<Sha256, Long> sizes(Connection c, Collection<Sha256> ids) throws SQLException {
        Map<Sha256, Long> sizes = new HashMap<>();
        Sql.of(c, "select id, size from objects where id = any (?)").ids(ids)
                .each(r -> sizes.put(Sql.id(r, 1), r.getLong(2)));
        return sizes;
    }

    /** Raw bytes of the objects a repository was given. */
    public static long bytesOfRepository(Connection c, long repoId) throws SQLException {
        return bytes(c, """
                select coalesce(sum(o.size), 0) from repository_objects r join objects o on o.id = r.object_id
                where r.repo_id = ?
                """, repoId);
    }

    /** Raw bytes of the objects all repositories of an owner were given; one that two of them have counts twice. */
    public static long bytesOfOwner(Connection c, long ownerId) throws SQLException {
        return bytes(c, """
                select coalesce(sum(o.size), 0)
                from repositories p
                join repository_objects r on r.repo_id = p.id
                join objects o on o.id = r.object_id
                where p.owner_id = ?
                """, ownerId);
    }

    private static long bytes(Connection c, String sql, long id) throws SQLException {
        return Sql.of(c, sql).with(id).one(r -> r.getLong(1));
    }

    /** Where those of {@code ids} lie that the repository has. */
    public static List<StoredObject> places(Connection c, long repoId, Collection<Sha256> ids) throws SQLException {
        return Sql.of(c, """
                select o.id, o.size, o.segment, o.position
                from repository_objects r join objects o on o.id = r.object_id
                where r.repo_id = ? and r.object_id = any (?)
                """).with(repoId).ids(ids).list(ObjectRows::stored);
    }

    /** The row of a query for id, size, segment and position. */
    public static StoredObject stored(ResultSet r) throws SQLException {
        long position = r.getLong(4);
        return new StoredObject(Sql.id(r, 1), r.getLong(2),
                Optional.ofNullable(r.getObject(3, UUID.class)).map(segment -> new StoreLocation(segment, position)));
    }

    /** Up to {@code limit} lost objects of a repository behind {@code after}, by id. */
    public static List<Sha256> lost(Connection c, long repoId, Sha256 after, int limit) throws SQLException {
        // The lateral join makes PostgreSQL begin with the few lost objects, never with the many of the repository.
        // Each push and fetch asks this first.
        return Sql.of(c, """
                select o.id from objects o
                cross join lateral (
                    select from repository_objects r where r.repo_id = ? and r.object_id = o.id limit 1
                ) as given
                where o.lost_at is not null and o.id > ?
                order by o.id limit ?
                """).with(repoId, after, limit).list(r -> Sql.id(r, 1));
    }
}
