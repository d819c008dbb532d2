package dev.musehub.repositories;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Comments on commits. */
public final class CommentRows {

    /** What the database keeps of a comment, in bytes of UTF-8. */
    public static final int BODY_BYTES = 65_536;

    /** One comment, with who wrote it. */
    public record Comment(long id, long userId, String author, String body, Instant at) { }

    private CommentRows() {
    }

    /**
     * How many comments a repository has.
     *
     * @param lately those of the account in the last minute
     * @param account those of the account
     * @param repository all of them
     */
    public record CommentCounts(long lately, long account, long repository) { }

    /** What there is before account {@code userId} adds another one. */
    public static CommentCounts counts(Connection c, long repoId, long userId) throws SQLException {
        return Sql.of(c, """
                select count(*) filter (where user_id = ? and created_at > now() - interval '1 minute'),
                       count(*) filter (where user_id = ?), count(*)
                from comments where repo_id = ?
                """).with(userId, userId, repoId)
                .first(r -> new CommentCounts(r.getLong(1), r.getLong(2), r.getLong(3))).orElseThrow();
    }

    /** Adds a comment to a commit that the repository has; empty where it has not. */
    public static Optional<Comment> add(Connection c, long repoId, Sha256 commit, long userId, String body)
            throws SQLException {
        return Sql.of(c, """
                with added as (
                    insert into comments (repo_id, commit_id, user_id, body)
                    select repo_id, id, ?, ? from commits where repo_id = ? and id = ?
                    returning id, user_id, body, created_at
                )
                select added.id, added.user_id, u.name, added.body, added.created_at
                from added join users u on u.id = added.user_id
                """).with(userId, body, repoId, commit).first(CommentRows::read);
    }

    /** Comments on a commit behind comment {@code after}, oldest first. */
    public static List<Comment> page(Connection c, long repoId, Sha256 commit, long after, int limit)
            throws SQLException {
        return Sql.of(c, """
                select m.id, m.user_id, u.name, m.body, m.created_at
                from comments m join users u on u.id = m.user_id
                where m.commit_id = ? and m.repo_id = ? and m.id > ?
                order by m.id limit ?
                """).with(commit, repoId, after, limit).list(CommentRows::read);
    }

    /** Comment {@code id} on {@code commit}. */
    public static Optional<Comment> one(Connection c, long repoId, Sha256 commit, long id) throws SQLException {
        return page(c, repoId, commit, id - 1, 1).stream().filter(comment -> comment.id() == id).findFirst();
    }

    /** Removes a comment; one that is gone already stays gone. */
    public static void delete(Connection c, long repoId, long id) throws SQLException {
        Sql.of(c, "delete from comments where repo_id = ? and id = ?").with(repoId, id).update();
    }

    private static Comment read(ResultSet r) throws SQLException {
        return new Comment(r.getLong(1), r.getLong(2), r.getString(3), r.getString(4), Sql.time(r, 5));
    }
}
