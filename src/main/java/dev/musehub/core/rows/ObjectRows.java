package dev.musehub.core.rows;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoreLocation;
import dev.musehub.core.model.StoredObject;
import java.sql.Connection;
import java.sql.PreparedStatement;
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

    /** What is known of some ids: those the repository has, and those stored for whomever. */
    public record KnownObjects(Set<Sha256> inRepository, Set<Sha256> stored) { }

    private static final int AT_ONCE = 100_000;

    private ObjectRows() {
    }

    /**
     * Looks {@code ids} up, for this repository and at all. One query. What is wanted or dying counts as not there: its
     * bytes must come again.
     */
    public static KnownObjects known(Connection c, long repoId, Collection<Sha256> ids) throws SQLException {
        String sql = """
                select o.id, r.object_id is not null
                from objects o left join repository_objects r on r.repo_id = ? and r.object_id = o.id
                where o.id = any (?) and o.wanted_at is null and o.dying_at is null
                """;
        KnownObjects known = new KnownObjects(new HashSet<>(), new HashSet<>());
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            s.setArray(2, Rows.ids(c, ids));
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    Sha256 id = Rows.id(r, 1);
                    known.stored().add(id);
                    if (r.getBoolean(2)) {
                        known.inRepository().add(id);
                    }
                }
            }
        }
        return known;
    }

    /** Those of {@code ids} that the repository has (I5), and whose bytes are not wanted again. One query. */
    public static Set<Sha256> inRepository(Connection c, long repoId, Collection<Sha256> ids) throws SQLException {
        String sql = """
                select object_id from repository_objects r
                where repo_id = ? and object_id = any (?)
                    and not exists (select from objects o where o.id = r.object_id and o.wanted_at is not null)
                """;
        Set<Sha256> found = new HashSet<>();
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            s.setArray(2, Rows.ids(c, ids));
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    found.add(Rows.id(r, 1));
                }
            }
        }
        return found;
    }

    /**
     * Those of {@code ids} that the repository lacks: the integrity check, one query, and one more for each further
     * {@value #AT_ONCE}, as an array takes many times the bytes of its ids. An anti-join with the ids would return only
     * what is missing, which is usually nothing, and yet takes twice as long (IntegrityBench).
     */
    public static List<Sha256> missing(Connection c, long repoId, Collection<Sha256> ids) throws SQLException {
        List<Sha256> missing = new ArrayList<>();
        Iterator<Sha256> left = ids.iterator();
        while (left.hasNext()) {
            List<Sha256> some = new ArrayList<>();
            while (left.hasNext() && some.size() < AT_ONCE) {
                some.add(left.next());
            }
            Set<Sha256> there = inRepository(c, repoId, some);
            some.stream().filter(id -> !there.contains(id)).forEach(missing::add);
        }
        return missing;
    }

    /**
     * Records objects whose bytes are durable (I1). One that another push recorded meanwhile keeps its place; a wanted or
     * dying one gets the new place, which heals or revives it. A dying one is not revived at the place that is
     * about to be deleted. In id order, so that two batches with the same objects wait for each other instead of dead-locking.
     */
    public static void insert(Connection c, Collection<StoredObject> objects) throws SQLException {
        String sql = """
                insert into objects (id, size, segment, position)
                select * from unnest(?::bytea[], ?::bigint[], ?::uuid[], ?::bigint[])
                on conflict (id) do update
                set segment = excluded.segment, position = excluded.position, stored_at = now(), wanted_at = null,
                    dying_at = null
                where objects.wanted_at is not null
                    or objects.dying_at is not null
                        and (objects.segment, objects.position) is distinct from (excluded.segment, excluded.position)
                """;
        List<StoredObject> sorted = objects.stream().sorted(Comparator.comparing(StoredObject::id)).toList();
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setArray(1, Rows.ids(c, sorted.stream().map(StoredObject::id).toList()));
            s.setArray(2, c.createArrayOf("bigint", sorted.stream().map(StoredObject::size).toArray()));
            s.setArray(3, c.createArrayOf("uuid",
                    sorted.stream().map(o -> o.place().map(StoreLocation::segment).orElse(null)).toArray()));
            s.setArray(4, c.createArrayOf("bigint",
                    sorted.stream().map(o -> o.place().map(StoreLocation::position).orElse(null)).toArray()));
            s.executeUpdate();
        }
    }

    /**
     * Gives recorded objects to a repository; what it has already stays. Locks each against becoming a tombstone until
     * the transaction ends.
     *
     * @return those given; the others are gone or dying, and their bytes must be stored again
     */
    public static Set<Sha256> give(Connection c, long repoId, Collection<Sha256> ids) throws SQLException {
        String sql = """
                with living as (
                    select id from objects where id = any (?) and dying_at is null order by id for share
                ), given as (
                    insert into repository_objects (repo_id, object_id) select ?, id from living
                    on conflict (repo_id, object_id) do nothing
                )
                select id from living
                """;
        Set<Sha256> living = new HashSet<>();
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setArray(1, Rows.ids(c, ids.stream().sorted().toList()));
            s.setLong(2, repoId);
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    living.add(Rows.id(r, 1));
                }
            }
        }
        return living;
    }

    /** The raw length of each of {@code ids}, in bytes. */
    public static Map<Sha256, Long> sizes(Connection c, Collection<Sha256> ids) throws SQLException {
        Map<Sha256, Long> sizes = new HashMap<>();
        try (PreparedStatement s = c.prepareStatement("select id, size from objects where id = any (?)")) {
            s.setArray(1, Rows.ids(c, ids));
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    sizes.put(Rows.id(r, 1), r.getLong(2));
                }
            }
        }
        return sizes;
    }

    /** Raw bytes of the objects a repository was given. */
    public static long bytesOfRepository(Connection c, long repoId) throws SQLException {
        return bytes(c, """
                select coalesce(sum(o.size), 0) from repository_objects r join objects o on o.id = r.object_id
                where r.repo_id = ?
                """, repoId);
    }

    /** Raw bytes of the objects all repositories of an owner were given; each counts what it has. */
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
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, id);
            try (ResultSet r = s.executeQuery()) {
                r.next();
                return r.getLong(1);
            }
        }
    }

    /** What keeps the objects. */
    public enum Home { DISK, BUCKET }

    /** Where the objects are; empty while there are none. A database has them in one kind of store only. */
    public static Optional<Home> home(Connection c) throws SQLException {
        String sql = "select position >= 0 from objects where position is not null limit 1";
        try (PreparedStatement s = c.prepareStatement(sql); ResultSet r = s.executeQuery()) {
            return r.next() ? Optional.of(r.getBoolean(1) ? Home.DISK : Home.BUCKET) : Optional.empty();
        }
    }

    /** Where those of {@code ids} lie that the repository has. */
    public static List<StoredObject> places(Connection c, long repoId, Collection<Sha256> ids) throws SQLException {
        String sql = """
                select o.id, o.size, o.segment, o.position
                from repository_objects r join objects o on o.id = r.object_id
                where r.repo_id = ? and r.object_id = any (?)
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            s.setArray(2, Rows.ids(c, ids));
            return stored(s);
        }
    }

    /** The rows of a query for id, size, segment and position. */
    public static List<StoredObject> stored(PreparedStatement s) throws SQLException {
        List<StoredObject> found = new ArrayList<>();
        try (ResultSet r = s.executeQuery()) {
            while (r.next()) {
                Optional<UUID> segment = Optional.ofNullable(r.getObject(3, UUID.class));
                long position = r.getLong(4);
                found.add(new StoredObject(Rows.id(r, 1), r.getLong(2), segment.map(u -> new StoreLocation(u, position))));
            }
        }
        return found;
    }

    /** Up to {@code limit} objects behind {@code after}, by id; tombstones are left out. */
    public static List<StoredObject> page(Connection c, Sha256 after, int limit) throws SQLException {
        String sql = """
                select id, size, segment, position from objects where id > ? and dying_at is null order by id limit ?
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setBytes(1, after.bytes());
            s.setInt(2, limit);
            return stored(s);
        }
    }

    /** Says of some objects that their bytes are wanted again, or, where they were, that they are there after all. */
    public static int want(Connection c, Collection<Sha256> ids, boolean wanted) throws SQLException {
        String sql = wanted
                ? "update objects set wanted_at = now() where id = any (?) and wanted_at is null"
                : "update objects set wanted_at = null where id = any (?) and wanted_at is not null";
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setArray(1, Rows.ids(c, ids));
            return s.executeUpdate();
        }
    }

    /** Up to {@code limit} wanted objects of a repository behind {@code after}, by id. */
    public static List<Sha256> wanted(Connection c, long repoId, Sha256 after, int limit) throws SQLException {
        // From the few wanted ones to the repository, never the other way, whatever the planner knows of either: each
        // push and fetch asks this first.
        String sql = """
                select o.id from objects o
                cross join lateral (
                    select from repository_objects r where r.repo_id = ? and r.object_id = o.id limit 1
                ) as given
                where o.wanted_at is not null and o.id > ?
                order by o.id limit ?
                """;
        List<Sha256> ids = new ArrayList<>();
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            s.setBytes(2, after.bytes());
            s.setInt(3, limit);
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    ids.add(Rows.id(r, 1));
                }
            }
        }
        return ids;
    }
}
