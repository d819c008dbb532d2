package dev.musehub.ops;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoreLocation;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.model.SweptPlace;
import dev.musehub.core.rows.ObjectRows;
import dev.musehub.core.rows.Sql;
import dev.musehub.core.rows.SqlProblems;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Finds and removes what nothing refers to any more. Each statement decides at its own moment what it may remove, and
 * the foreign keys refuse the rest, so nothing that a push has just begun to refer to can be removed.
 */
public final class CollectRows {

    private CollectRows() {
    }

    /** The ids of all repositories. */
    public static List<Long> repositories(Connection c) throws SQLException {
        return Sql.of(c, "select id from repositories order by id").list(r -> r.getLong(1));
    }

    /**
     * Commits that came before {@code before} and that no branch, tag or release reaches, children first; of a
     * repository that was deleted before then all.
     */
    public static List<Sha256> unreachableCommits(Connection c, long repoId, Instant before) throws SQLException {
        return Sql.of(c, """
                with recursive living (id) as (
                    select id from repositories where id = ? and (deleted_at is null or deleted_at >= ?)
                ), reached (id) as (
                    (select head from branches where repo_id in (select id from living)
                    union select commit_id from tags where repo_id in (select id from living)
                    union select commit_id from releases where repo_id in (select id from living))
                    union
                    select parent.id
                    from reached
                    cross join lateral (
                        select parent1, parent2 from commits where repo_id = ? and id = reached.id limit 1
                    ) as c
                    cross join lateral (values (c.parent1), (c.parent2)) as parent (id)
                    where parent.id is not null
                )
                select id from commits
                where repo_id = ? and received_at < ? and id not in (select id from reached)
                order by generation desc, id
                """).with(repoId, before, repoId, repoId, before).list(r -> Sql.id(r, 1));
    }

    /** Removes those of {@code ids}, children first, that nothing refers to; returns how many that were. */
    public static int deleteCommits(Connection c, long repoId, Collection<Sha256> ids) throws SQLException {
        return Sql.of(c, """
                delete from commits c
                where repo_id = ? and id = any (?)
                    and not exists (select from branches b where b.repo_id = c.repo_id and b.head = c.id)
                    and not exists (select from tags t where t.repo_id = c.repo_id and t.commit_id = c.id)
                    and not exists (select from releases r where r.repo_id = c.repo_id and r.commit_id = c.id)
                    and not exists (select from commits d where d.repo_id = c.repo_id and d.parent1 = c.id
                                    and d.id <> all (?))
                    and not exists (select from commits d where d.repo_id = c.repo_id and d.parent2 = c.id
                                    and d.id <> all (?))
                """).with(repoId).ids(ids).ids(ids).ids(ids).update();
    }

    /** Up to {@code limit} snapshots from before {@code before} that no commit has and no snapshot is based on. */
    public static List<Sha256> idleSnapshots(Connection c, long repoId, Instant before, int limit)
            throws SQLException {
        return Sql.of(c, """
                select id from snapshots s
                where repo_id = ? and received_at < ?
                    and not exists (select from commits c where c.repo_id = s.repo_id and c.snapshot_id = s.id)
                    and not exists (select from snapshots d where d.repo_id = s.repo_id and d.base = s.id)
                limit ?
                """).with(repoId, before, limit).list(r -> Sql.id(r, 1));
    }

    /** Removes snapshots and their references; the foreign keys refuse where one has come into use. */
    public static int deleteSnapshots(Connection c, long repoId, Collection<Sha256> ids) throws SQLException {
        Sql.of(c, "delete from snapshot_objects where repo_id = ? and snapshot_id = any (?)").with(repoId).ids(ids)
                .update();
        return Sql.of(c, "delete from snapshots where repo_id = ? and id = any (?)").with(repoId).ids(ids).update();
    }

    /** Up to {@code limit} objects that were given to a repository before {@code before} and that no snapshot has. */
    public static List<Sha256> idleObjects(Connection c, long repoId, Instant before, int limit) throws SQLException {
        return Sql.of(c, """
                select object_id from repository_objects r
                where repo_id = ? and given_at < ?
                    and not exists (select from snapshot_objects s
                                    where s.repo_id = r.repo_id and s.object_id = r.object_id)
                limit ?
                """).with(repoId, before, limit).list(r -> Sql.id(r, 1));
    }

    /** Takes objects back from a repository; the foreign keys refuse where a snapshot has come to need one. */
    public static int takeObjects(Connection c, long repoId, Collection<Sha256> ids) throws SQLException {
        // In the order in which pushes give them, so that the two wait for each other and do not deadlock.
        return Sql.of(c, """
                with locked as (
                    select object_id from repository_objects where repo_id = ? and object_id = any (?)
                    order by object_id for update
                )
                delete from repository_objects r using locked l where r.repo_id = ? and r.object_id = l.object_id
                """).with(repoId).ids(ids).with(repoId).update();
    }

    /**
     * Locks up to {@code limit} objects behind {@code after} that were stored before {@code before} and belong to
     * nobody. The lock keeps them from being given. {@link #mark} must ask again whether they belong to nobody, as this
     * statement may have waited for a push that gave one to a repository.
     */
    public static List<Sha256> lockOwnerless(Connection c, Sha256 after, Instant before, int limit)
            throws SQLException {
        return Sql.of(c, """
                select id from objects o
                where id > ? and stored_at < ? and tombstoned_at is null
                    and not exists (select from repository_objects r where r.object_id = o.id)
                order by id limit ? for update
                """).with(after, before, limit).list(r -> Sql.id(r, 1));
    }

    /** Makes tombstones of those of the locked {@code ids} that belong to nobody; returns how many. */
    public static int mark(Connection c, Collection<Sha256> ids) throws SQLException {
        return Sql.of(c, """
                update objects o set tombstoned_at = now()
                where id = any (?) and not exists (select from repository_objects r where r.object_id = o.id)
                """).ids(ids).update();
    }

    /** Up to {@code limit} tombstones, of this run or one that was killed. */
    public static List<StoredObject> tombstones(Connection c, int limit) throws SQLException {
        return Sql.of(c, "select id, size, segment, position from objects where tombstoned_at is not null limit ?")
                .with(limit).list(ObjectRows::stored);
    }

    /** Removes tombstones whose bytes are gone; one that was revived at another place meanwhile stays. */
    public static int bury(Connection c, List<StoredObject> objects) throws SQLException {
        return Sql.of(c, """
                delete from objects o
                using unnest(?::bytea[], ?::uuid[], ?::bigint[]) as gone (id, segment, position)
                where o.id = gone.id and o.tombstoned_at is not null
                    and (o.segment, o.position) is not distinct from (gone.segment, gone.position)
                """)
                .column("bytea", objects, StoredObject::id)
                .column("uuid", objects, o -> o.place().map(StoreLocation::segment))
                .column("bigint", objects, o -> o.place().map(StoreLocation::position))
                .update();
    }

    /** Those of {@code places}, all files or all keys, in which no row has its object. */
    public static Set<SweptPlace> withoutRows(Connection c, Collection<SweptPlace> places) throws SQLException {
        Set<SweptPlace> left = new HashSet<>(places);
        if (places.stream().anyMatch(SweptPlace::isFile)) {
            Sql.of(c, "select distinct segment from objects where segment = any (?)")
                    .column("uuid", places, SweptPlace::segment)
                    .each(r -> left.remove(SweptPlace.file(r.getObject(1, UUID.class))));
        } else {
            Sql.of(c, "select id, size, segment, position from objects where id = any (?)")
                    .column("bytea", places, SweptPlace::id).list(ObjectRows::stored)
                    .forEach(o -> o.place().ifPresent(place -> left.remove(SweptPlace.key(place, o.id()))));
        }
        return left;
    }

    /** Writes down that the bytes at {@code places} will be deleted, so that none of them gets a row. */
    public static void doom(Connection c, Collection<SweptPlace> places) throws SQLException {
        of(c, """
                insert into swept_places (segment, position, object_id)
                select * from unnest(?::uuid[], ?::bigint[], ?::bytea[])
                on conflict (segment, position, object_id) do update set gone = null, at = now()
                """, places).update();
    }

    /** Writes down that the bytes at {@code places} are deleted. */
    public static void gone(Connection c, Collection<SweptPlace> places) throws SQLException {
        of(c, """
                with step as (update store set swept = swept + 1 returning swept)
                update swept_places s set gone = step.swept, at = now()
                from step, unnest(?::uuid[], ?::bigint[], ?::bytea[]) as p (segment, position, object_id)
                where s.segment = p.segment and s.position = p.position and s.object_id = p.object_id
                """, places).update();
    }

    private static Sql of(Connection c, String sql, Collection<SweptPlace> places) {
        return Sql.of(c, sql).column("uuid", places, SweptPlace::segment)
                .column("bigint", places, SweptPlace::position).column("bytea", places, SweptPlace::id);
    }

    /** Up to {@code limit} places that a collection was going to delete when it was killed. */
    public static List<SweptPlace> unfinished(Connection c, int limit) throws SQLException {
        return Sql.of(c, "select segment, position, object_id from swept_places where gone is null limit ?")
                .with(limit).list(r -> new SweptPlace(r.getObject(1, UUID.class), r.getLong(2), Sql.id(r, 3)));
    }

    /** Forgets deletions that ended a week ago: no request from before them is still running. */
    public static void forgetSwept(Connection c) throws SQLException {
        Sql.of(c, "delete from swept_places where gone is not null and at < now() - interval '7 days'").update();
    }

    /** Commits, snapshots and objects that a collection would remove; counted without removing anything. */
    public record Unreachable(long commits, long snapshots, long objects, long bytes) { }

    /** Counts what is dead in one repository, snapshots and objects of unreachable commits included. */
    public static Unreachable idle(Connection c, long repoId, Instant before, Collection<Sha256> unreachable)
            throws SQLException {
        return Sql.of(c, """
                with recursive kept (id) as (
                    select snapshot_id from commits where repo_id = ? and id <> all (?)
                    union select id from snapshots where repo_id = ? and received_at >= ?
                    union
                    select s.base from kept cross join lateral (
                        select base from snapshots where repo_id = ? and id = kept.id limit 1
                    ) as s where s.base is not null
                ), dead as (
                    select id from snapshots where repo_id = ? and id not in (select id from kept)
                ), idle as (
                    select r.object_id from repository_objects r
                    where r.repo_id = ? and r.given_at < ? and not exists (
                        select from snapshot_objects s where s.repo_id = r.repo_id and s.object_id = r.object_id
                            and s.snapshot_id not in (select id from dead))
                )
                select (select count(*) from dead), (select count(*) from idle),
                    (select coalesce(sum(size), 0) from objects where id in (select object_id from idle))
                """).with(repoId).ids(unreachable).with(repoId, before, repoId, repoId, repoId, before)
                .one(r -> new Unreachable(unreachable.size(), r.getLong(1), r.getLong(2), r.getLong(3)));
    }

    /** Whether a foreign key refused the last statement. */
    public static boolean isInUse(SQLException e) {
        return SqlProblems.is(e, SqlProblems.FOREIGN_KEY_VIOLATION);
    }

    /** Whether a statement was ended because it and a push waited for each other; nothing of it is done. */
    public static boolean isDeadlock(SQLException e) {
        return SqlProblems.is(e, SqlProblems.DEADLOCK);
    }
}
