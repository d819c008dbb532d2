package dev.musehub.pages.queries;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    private static final String SELECT = """
            select b.name, b.head, b.updated_at, (
                select u.name from reflog l join users u on u.id = l.user_id
                where l.repo_id = b.repo_id and l.branch = b.name order by l.id desc limit 1)
            from branches b
            """;

    /** Up to {@code limit} branches behind {@code after}, those that moved last first. */
    public static List<BranchEntry> page(Connection c, long repoId, Optional<String> after, int limit)
            throws SQLException {
        return entries(c, repoId, Sql.of(c, SELECT + """
                where b.repo_id = ? and (?::text is null or (b.updated_at, b.name)
                    < (select updated_at, name from branches where repo_id = ? and name = ?))
                order by b.updated_at desc, b.name desc limit ?
                """).with(repoId, after, repoId, after, limit));
    }

    /** One branch; empty where there is none of this name. */
    public static Optional<BranchEntry> find(Connection c, long repoId, String name) throws SQLException {
        Sql branch = Sql.of(c, SELECT + "where b.repo_id = ? and b.name = ?").with(repoId, name);
        return entries(c, repoId, branch).stream().findFirst();
    }

    /** A branch before its head has been looked at. */
    private record BranchRow(String name, Sha256 head, Instant movedAt, Optional<String> mover) { }

    private static List<BranchEntry> entries(Connection c, long repoId, Sql branches) throws SQLException {
        List<BranchRow> rows = branches.list(r -> new BranchRow(r.getString(1), Sql.id(r, 2), Sql.time(r, 3),
                Optional.ofNullable(r.getString(4))));
        Map<Sha256, CommitList.CommitEntry> heads = new HashMap<>();
        CommitList.entries(c, repoId, rows.stream().map(BranchRow::head).distinct().toList())
                .forEach(head -> heads.put(head.id(), head));
        // A head is absent where its branch was deleted, and its commits collected, since the first query.
        return rows.stream().filter(row -> heads.containsKey(row.head()))
                .map(row -> new BranchEntry(row.name(), row.mover(), row.movedAt(), heads.get(row.head())))
                .toList();
    }
}
