package dev.musehub.core.rows;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Role;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;

/** Repositories. */
public final class RepositoryRows {

    /**
     * One repository.
     *
     * @param museId Muse's own id of it, a UUID or empty
     * @param domain Muse's domain, or empty
     * @param open whether everybody may read it
     * @param defaultBranch empty before the first push
     */
    public record Repository(long id, long ownerId, String owner, String slug, boolean open, String museId,
            String domain, Optional<String> defaultBranch, Policy policy) {

        /** {@code owner/slug}, as in URLs and messages. */
        public String name() {
            return owner + "/" + slug;
        }
    }

    /** What a repository does about signatures. */
    public enum SignaturePolicy { OFF, WARN, REQUIRE }

    /**
     * What a repository asks of pushes.
     *
     * @param quotaBytes raw bytes of its objects; empty for no limit
     */
    public record Policy(SignaturePolicy signatures, boolean refusePolyglots, Optional<Long> quotaBytes,
            Optional<Long> ownerQuotaBytes) { }

    private static final String COLUMNS = """
            select r.id, r.owner_id, u.name, r.slug, r.public, r.muse_id, r.domain, r.default_branch,
                   r.signature_policy, coalesce(r.refuse_polyglots, r.public), r.quota_bytes, u.quota_bytes
            """;
    private static final String NAMED = """
            from repositories r join users u on u.id = r.owner_id where u.name = ? and r.slug = ?
            """;

    private RepositoryRows() {
    }

    /** A repository, and the role of a user in it. */
    public record Seen(Repository repository, Role role) { }

    /**
     * The repository {@code owner/slug}, and the role of a user; {@code userId} is empty for somebody without a token.
     */
    public static Optional<Seen> seen(Connection c, String owner, String slug, Optional<Long> userId)
            throws SQLException {
        String role = """
                , case when r.owner_id = ? then 'owner'
                       else (select m.role from members m where m.repo_id = r.id and m.user_id = ?) end
                """;
        return Sql.of(c, COLUMNS + role + NAMED).with(userId, userId, owner, slug)
                .first(r -> new Seen(read(r), Role.of(r.getString(13))));
    }

    /** Creates a private repository; one that exists already stays as it is. */
    public static void create(Connection c, long ownerId, String slug, String museId, String domain)
            throws SQLException {
        Sql.of(c, """
                insert into repositories (owner_id, slug, muse_id, domain) values (?, ?, ?, ?)
                on conflict (owner_id, slug) do nothing
                """).with(ownerId, slug, museId, domain).update();
    }

    /**
     * Locks the repository's record against other pushes that are about to move a branch, until the transaction ends.
     * Rows that refer to the repository can still be written meanwhile.
     *
     * @throws Problem {@code not-found} where it was deleted meanwhile
     */
    public static void lock(Connection c, long repoId) throws SQLException {
        String sql = "select from repositories where id = ? and deleted_at is null for no key update";
        if (Sql.of(c, sql).with(repoId).first(_ -> true).isEmpty()) {
            throw new Problem(Problem.Code.NOT_FOUND, "the repository has been deleted");
        }
    }

    /**
     * The same, and checks that {@code userId} may still write: a push takes a while.
     *
     * @throws Problem {@code forbidden} where its user was disabled, or is no longer a member who writes
     */
    public static void lockForWriter(Connection c, long repoId, long userId) throws SQLException {
        String sql = """
                select from repositories r join users u on u.id = ?
                where r.id = ? and u.disabled_at is null
                    and (r.owner_id = u.id or exists (select from members m where m.repo_id = r.id and m.user_id = u.id
                                                      and m.role in ('writer', 'admin')))
                for no key update of r
                """;
        if (Sql.of(c, sql).with(userId, repoId).first(_ -> true).isEmpty()) {
            lock(c, repoId);
            throw new Problem(Problem.Code.FORBIDDEN, "you may no longer write to this repository");
        }
    }

    /** Notes a push now; the first branch pushed becomes the default one. */
    public static void notePush(Connection c, long repoId, String branch) throws SQLException {
        Sql.of(c, """
                update repositories set pushed_at = now(), default_branch = coalesce(default_branch, ?) where id = ?
                """).with(branch, repoId).update();
    }

    private static Repository read(ResultSet r) throws SQLException {
        return new Repository(r.getLong(1), r.getLong(2), r.getString(3), r.getString(4), r.getBoolean(5),
                r.getString(6), r.getString(7), Optional.ofNullable(r.getString(8)), new Policy(
                        SignaturePolicy.valueOf(r.getString(9).toUpperCase(Locale.ROOT)), r.getBoolean(10),
                        Optional.ofNullable(r.getObject(11, Long.class)),
                        Optional.ofNullable(r.getObject(12, Long.class))));
    }
}
