package dev.musehub.core.rows;

import dev.musehub.core.history.Manifest;
import dev.musehub.core.model.Sha256;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Snapshots, stored as differences, and the objects those bring in. */
public final class SnapshotRows {

    /**
     * One row.
     *
     * @param delta msgpack difference from {@code base}, or from nothing
     * @param manifest msgpack of the whole, where {@code delta} alone would make reading too long
     * @param chainBytes bytes to read to rebuild this one, from the last whole manifest on
     */
    public record SnapshotRow(Sha256 id, Optional<Sha256> base, int entries, byte[] delta, Optional<byte[]> manifest,
            long chainBytes, Optional<byte[]> keyOrder, String createdAt) { }

    /** What must be known of a base to add to its chain. */
    public record Chain(int entries, long bytes) { }

    private SnapshotRows() {
    }

    /** Those of {@code ids} that the repository has, with the length of their chains. */
    public static Map<Sha256, Chain> chains(Connection c, long repoId, Collection<Sha256> ids) throws SQLException {
        Map<Sha256, Chain> found = new HashMap<>();
        Sql.of(c, "select id, entries, chain_bytes from snapshots where repo_id = ? and id = any (?)")
                .with(repoId).ids(ids).each(r -> found.put(Sql.id(r, 1), new Chain(r.getInt(2), r.getLong(3))));
        return found;
    }

    /** Those of {@code ids} that the repository has. */
    public static Set<Sha256> present(Connection c, long repoId, Collection<Sha256> ids) throws SQLException {
        return new HashSet<>(chains(c, repoId, ids).keySet());
    }

    /** Adds a chunk of snapshots, bases first; those there already stay as they are. */
    public static void insert(Connection c, long repoId, List<SnapshotRow> rows) throws SQLException {
        Sql.of(c, """
                insert into snapshots
                    (repo_id, id, base, entries, delta, manifest, chain_bytes, key_order, created_at)
                select ?, * from unnest(?::bytea[], ?::bytea[], ?::int[], ?::bytea[], ?::bytea[], ?::bigint[],
                                        ?::bytea[], ?::text[])
                on conflict (repo_id, id) do nothing
                """)
                .with(repoId)
                .column("bytea", rows, SnapshotRow::id)
                .column("bytea", rows, SnapshotRow::base)
                .column("int", rows, SnapshotRow::entries)
                .column("bytea", rows, SnapshotRow::delta)
                .column("bytea", rows, SnapshotRow::manifest)
                .column("bigint", rows, SnapshotRow::chainBytes)
                .column("bytea", rows, SnapshotRow::keyOrder)
                .column("text", rows, SnapshotRow::createdAt)
                .update();
    }

    /** Records which objects the differences of these snapshots bring in; the foreign keys refuse absent ones (I4). */
    public static void refer(Connection c, long repoId, List<Sha256> snapshots, List<Sha256> objects)
            throws SQLException {
        Sql.of(c, """
                insert into snapshot_objects (repo_id, snapshot_id, object_id)
                select ?, * from unnest(?::bytea[], ?::bytea[])
                on conflict do nothing
                """).with(repoId).ids(snapshots).ids(objects).update();
    }

    /** The rows of {@code ids}, in no particular order. */
    public static List<SnapshotRow> read(Connection c, long repoId, Collection<Sha256> ids) throws SQLException {
        return Sql.of(c, """
                select id, base, entries, delta, manifest, chain_bytes, key_order, created_at
                from snapshots where repo_id = ? and id = any (?)
                """).with(repoId).ids(ids).list(SnapshotRows::read);
    }

    /**
     * What rebuilds snapshot {@code id}: the row of the last whole manifest (or of a snapshot without base) first, then
     * the differences up to {@code id} itself. Empty where there is no such snapshot. Chains are bounded when written.
     */
    public static List<SnapshotRow> chain(Connection c, long repoId, Sha256 id) throws SQLException {
        return Sql.of(c, """
                with recursive chain as (
                    select s.*, 0 as distance from snapshots s where s.repo_id = ? and s.id = ?
                    union all
                    select s.*, chain.distance + 1
                    from chain join snapshots s on s.repo_id = chain.repo_id and s.id = chain.base
                    where chain.manifest is null
                )
                select id, base, entries, delta, manifest, chain_bytes, key_order, created_at
                from chain order by distance desc
                """).with(repoId, id).list(SnapshotRows::read);
    }

    /** The files of snapshot {@code id}, rebuilt; empty where the repository has no such snapshot. */
    public static Optional<Manifest> manifest(Connection c, long repoId, Sha256 id) throws SQLException {
        List<SnapshotRow> chain = chain(c, repoId, id);
        return chain.isEmpty() ? Optional.empty() : Optional.of(rebuilt(chain));
    }

    /** The files of the last snapshot of a chain. */
    public static Manifest rebuilt(List<SnapshotRow> chain) {
        SnapshotRow first = chain.getFirst();
        Manifest manifest = Manifest.EMPTY.apply(SnapshotBytes.decodeDelta(first.manifest().orElse(first.delta())));
        for (SnapshotRow next : chain.subList(1, chain.size())) {
            manifest = manifest.apply(SnapshotBytes.decodeDelta(next.delta()));
        }
        return manifest;
    }

    private static SnapshotRow read(ResultSet r) throws SQLException {
        return new SnapshotRow(Sql.id(r, 1), Sql.optionalId(r, 2), r.getInt(3), r.getBytes(4),
                Optional.ofNullable(r.getBytes(5)), r.getLong(6), Optional.ofNullable(r.getBytes(7)), r.getString(8));
    }
}
