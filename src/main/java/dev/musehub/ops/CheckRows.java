package dev.musehub.ops;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Rows;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The rows of a repository, for those who check them against their ids. */
public final class CheckRows {

    /** A commit's row; {@code ofParents} is the largest generation of its parents, 0 where there are none. */
    public record CommitRow(Sha256 id, Sha256 snapshotId, List<Sha256> parents, long generation,
            long ofParents, byte[] record) { }

    private CheckRows() {
    }

    /** All snapshots, each behind its base. */
    public static List<Sha256> snapshotsBasesFirst(Connection c, long repoId) throws SQLException {
        String sql = """
                with recursive chain (id, depth) as (
                    select id, 0 from snapshots where repo_id = ? and base is null
                    union all
                    select s.id, chain.depth + 1 from chain join snapshots s on s.repo_id = ? and s.base = chain.id
                )
                select id from chain order by depth
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            s.setLong(2, repoId);
            return new ArrayList<>(ids(s));
        }
    }

    /** The objects that a snapshot is recorded to bring in. */
    public static Set<Sha256> objectsOf(Connection c, long repoId, Sha256 snapshot) throws SQLException {
        try (PreparedStatement s = c.prepareStatement(
                "select object_id from snapshot_objects where repo_id = ? and snapshot_id = ?")) {
            s.setLong(1, repoId);
            s.setBytes(2, snapshot.bytes());
            return new HashSet<>(ids(s));
        }
    }

    /** Up to {@code limit} commits behind {@code after}, by id. */
    public static List<CommitRow> commits(Connection c, long repoId, Sha256 after, int limit) throws SQLException {
        String sql = """
                select c.id, c.snapshot_id, c.parent1, c.parent2, c.generation, c.record,
                    greatest(coalesce(p1.generation, 0), coalesce(p2.generation, 0))
                from commits c
                left join commits p1 on p1.repo_id = c.repo_id and p1.id = c.parent1
                left join commits p2 on p2.repo_id = c.repo_id and p2.id = c.parent2
                where c.repo_id = ? and c.id > ? order by c.id limit ?
                """;
        List<CommitRow> rows = new ArrayList<>();
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            s.setBytes(2, after.bytes());
            s.setInt(3, limit);
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    List<Sha256> parents = new ArrayList<>(2);
                    Rows.optionalId(r, 3).ifPresent(parents::add);
                    Rows.optionalId(r, 4).ifPresent(parents::add);
                    rows.add(new CommitRow(Rows.id(r, 1), Rows.id(r, 2), parents, r.getLong(5), r.getLong(7),
                            r.getBytes(6)));
                }
            }
        }
        return rows;
    }

    private static List<Sha256> ids(PreparedStatement s) throws SQLException {
        List<Sha256> ids = new ArrayList<>();
        try (ResultSet r = s.executeQuery()) {
            while (r.next()) {
                ids.add(Rows.id(r, 1));
            }
        }
        return ids;
    }
}
