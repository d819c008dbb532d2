package dev.musehub.ops;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.rows.ObjectRows;
import dev.musehub.core.rows.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What {@code fsck} reads to check it, and how it marks what is lost. */
public final class CheckRows {

    /**
     * A commit's row.
     *
     * @param ofParents the largest generation of its parents, 0 where there are none
     * @param placed whether place and mark follow from those of its first parent
     */
    public record CommitRow(Sha256 id, Sha256 snapshotId, List<Sha256> parents, long generation,
            long ofParents, boolean placed, byte[] record) { }

    private CheckRows() {
    }

    /** Up to {@code limit} objects behind {@code after}, by id; tombstones are left out. */
    public static List<StoredObject> page(Connection c, Sha256 after, int limit) throws SQLException {
        return Sql.of(c, """
                select id, size, segment, position from objects
                where id > ? and tombstoned_at is null order by id limit ?
                """).with(after, limit).list(ObjectRows::stored);
    }

    /** Marks objects as lost: their bytes are missing or damaged. */
    public static int markLost(Connection c, Collection<Sha256> ids) throws SQLException {
        return Sql.of(c, "update objects set lost_at = now() where id = any (?) and lost_at is null").ids(ids)
                .update();
    }

    /** Takes the mark away from those of {@code ids} that have it: their bytes are there after all. */
    public static int markFound(Connection c, Collection<Sha256> ids) throws SQLException {
        return Sql.of(c, "update objects set lost_at = null where id = any (?) and lost_at is not null").ids(ids)
                .update();
    }

    /** All snapshots, each behind its base. */
    public static List<Sha256> snapshotsBasesFirst(Connection c, long repoId) throws SQLException {
        return Sql.of(c, """
                with recursive chain (id, depth) as (
                    select id, 0 from snapshots where repo_id = ? and base is null
                    union all
                    select s.id, chain.depth + 1 from chain join snapshots s on s.repo_id = ? and s.base = chain.id
                )
                select id from chain order by depth
                """).with(repoId, repoId).list(r -> Sql.id(r, 1));
    }

    /** The objects that a snapshot is recorded to bring in. */
    public static Set<Sha256> objectsOf(Connection c, long repoId, Sha256 snapshot) throws SQLException {
        Set<Sha256> objects = new HashSet<>();
        Sql.of(c, "select object_id from snapshot_objects where repo_id = ? and snapshot_id = ?").with(repoId, snapshot)
                .each(r -> objects.add(Sql.id(r, 1)));
        return objects;
    }

    /** Up to {@code limit} commits behind {@code after}, by id. */
    public static List<CommitRow> commits(Connection c, long repoId, Sha256 after, int limit) throws SQLException {
        return Sql.of(c, """
                select c.id, c.snapshot_id, c.parent1, c.parent2, c.generation, c.record,
                    greatest(coalesce(p1.generation, 0), coalesce(p2.generation, 0)),
                    c.place = coalesce(p1.place, 0) + 1
                        and c.mark is not distinct from case when p1.place % 256 = 0 then p1.id else p1.mark end
                from commits c
                left join commits p1 on p1.repo_id = c.repo_id and p1.id = c.parent1
                left join commits p2 on p2.repo_id = c.repo_id and p2.id = c.parent2
                where c.repo_id = ? and c.id > ? order by c.id limit ?
                """).with(repoId, after, limit)
                .list(r -> new CommitRow(Sql.id(r, 1), Sql.id(r, 2), Sql.parents(r, 3, 4), r.getLong(5), r.getLong(7),
                        r.getBoolean(8), r.getBytes(6)));
    }
}
