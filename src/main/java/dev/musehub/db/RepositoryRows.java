package dev.musehub.db;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/** Repositories. */
public final class RepositoryRows {

    /**
     * One repository.
     *
     * @param museId Muse's own id of it, a UUID or empty
     * @param domain Muse's domain, or empty
     * @param defaultBranch empty before the first push
     */
    public record Repository(long id, long ownerId, String owner, String slug, boolean open, String museId,
            String domain, Optional<String> defaultBranch) {

        /** {@code owner/slug}, as in URLs and messages. */
        public String name() {
            return owner + "/" + slug;
        }
    }

    private static final String COLUMNS = """
            select r.id, r.owner_id, u.name, r.slug, r.public, r.muse_id, r.domain, r.default_branch
            from repositories r join users u on u.id = r.owner_id
            """;

    private RepositoryRows() {
    }

    /** The repository {@code owner/slug}. */
    public static Optional<Repository> find(Connection c, String owner, String slug) throws SQLException {
        try (PreparedStatement s = c.prepareStatement(COLUMNS + "where u.name = ? and r.slug = ?")) {
            s.setString(1, owner);
            s.setString(2, slug);
            try (ResultSet r = s.executeQuery()) {
                return r.next() ? Optional.of(read(r)) : Optional.empty();
            }
        }
    }

    /** Creates a private repository; where somebody was faster, theirs is kept. */
    public static void create(Connection c, long ownerId, String slug, String museId, String domain)
            throws SQLException {
        String sql = """
                insert into repositories (owner_id, slug, muse_id, domain) values (?, ?, ?, ?)
                on conflict (owner_id, slug) do nothing
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, ownerId);
            s.setString(2, slug);
            s.setString(3, museId);
            s.setString(4, domain);
            s.executeUpdate();
        }
    }

    /**
     * Locks the repository's record against other pushes that are about to move a branch, until the transaction ends.
     * Rows that refer to the repository can still be written meanwhile.
     */
    public static void lock(Connection c, long repoId) throws SQLException {
        try (PreparedStatement s = c.prepareStatement("select from repositories where id = ? for no key update")) {
            s.setLong(1, repoId);
            s.executeQuery().close();
        }
    }

    /** Notes a push now; the first branch pushed becomes the default one. */
    public static void notePush(Connection c, long repoId, String branch) throws SQLException {
        String sql = """
                update repositories set pushed_at = now(), default_branch = coalesce(default_branch, ?) where id = ?
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setString(1, branch);
            s.setLong(2, repoId);
            s.executeUpdate();
        }
    }

    private static Repository read(ResultSet r) throws SQLException {
        return new Repository(r.getLong(1), r.getLong(2), r.getString(3), r.getString(4), r.getBoolean(5),
                r.getString(6), r.getString(7), Optional.ofNullable(r.getString(8)));
    }
}
