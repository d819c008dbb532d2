package dev.musehub.pages.queries;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Rows;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The branches of a repository with what their heads say, a page at a time. */
public final class BranchList {

    private BranchList() {
    }

    /**
     * A branch.
     *
     * @param mover who moved it last
     * @param movedAt when that was
     */
    public record BranchEntry(String name, Optional<String> mover, Instant movedAt, CommitList.CommitEntry head) { }

    /** Up to {@code limit} branches behind {@code after}, those that moved last first. */
    public static List<BranchEntry> page(Connection c, long repoId, Optional<String> after, int limit)
            throws SQLException {
        String sql = """
                select b.name, b.head, b.updated_at, (
                    select u.name from reflog l join users u on u.id = l.user_id
                    where l.repo_id = b.repo_id and l.branch = b.name order by l.id desc limit 1)
                from branches b
                where b.repo_id = ? and (?::text is null or (b.updated_at, b.name)
                    < (select updated_at, name from branches where repo_id = ? and name = ?))
                order by b.updated_at desc, b.name desc limit ?
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            s.setString(2, after.orElse(null));
            s.setLong(3, repoId);
            s.setString(4, after.orElse(null));
            s.setInt(5, limit);
            return read(c, repoId, s);
        }
    }

    /** One branch; empty where there is none of this name. */
    public static Optional<BranchEntry> find(Connection c, long repoId, String name) throws SQLException {
        String sql = """
                select b.name, b.head, b.updated_at, (
                    select u.name from reflog l join users u on u.id = l.user_id
                    where l.repo_id = b.repo_id and l.branch = b.name order by l.id desc limit 1)
                from branches b where b.repo_id = ? and b.name = ?
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            s.setString(2, name);
            return read(c, repoId, s).stream().findFirst();
        }
    }

    /** A branch before its head has been looked at. */
    private record BranchRow(String name, Sha256 head, Instant movedAt, Optional<String> mover) { }

    private static List<BranchEntry> read(Connection c, long repoId, PreparedStatement s) throws SQLException {
        List<BranchRow> rows = new ArrayList<>();
        try (ResultSet r = s.executeQuery()) {
            while (r.next()) {
                rows.add(new BranchRow(r.getString(1), Rows.id(r, 2), r.getObject(3, OffsetDateTime.class).toInstant(),
                        Optional.ofNullable(r.getString(4))));
            }
        }
        // Several branches may have one head. A branch that was deleted and collected in this moment is left out.
        List<CommitList.CommitEntry> heads =
                CommitList.entries(c, repoId, rows.stream().map(BranchRow::head).distinct().toList());
        List<BranchEntry> entries = new ArrayList<>();
        for (BranchRow row : rows) {
            heads.stream().filter(head -> head.id().equals(row.head())).findFirst().ifPresent(head ->
                    entries.add(new BranchEntry(row.name(), row.mover(), row.movedAt(), head)));
        }
        return entries;
    }
}
