package dev.musehub.repositories;

import dev.musehub.core.model.Account;
import dev.musehub.core.model.Account.Scope;
import dev.musehub.core.model.CodePoints;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.repositories.CommentRows.Comment;
import dev.musehub.repositories.CommentRows.CommentCounts;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * The rules of comments, the same for pages and programs. Everybody who may read a repository may read its comments,
 * and may write some if signed in. The author and the owner of the repository may remove a comment. Callers have
 * already checked that the account may read the repository.
 */
public final class Comments {

    /** Comments of one answer or page, at most. */
    public static final int PAGE = 100;

    /** Comments that an account may add to a repository in a minute, and that it may have there. */
    public static final int PER_MINUTE = 30;
    public static final int PER_ACCOUNT = 1_000;

    /** Comments that a repository may have. */
    public static final int PER_REPOSITORY = 10_000;

    private final Pool pool;

    public Comments(Pool pool) {
        this.pool = pool;
    }

    /** The comments after comment {@code after}, oldest first, {@value #PAGE} at most. */
    public List<Comment> page(Repository repository, Sha256 commit, long after) throws SQLException {
        try (Connection c = pool.acquire("comments")) {
            return CommentRows.page(c, repository.id(), commit, after, PAGE);
        }
    }

    /**
     * Adds a comment.
     *
     * @throws Problem {@code forbidden} for a token that only reads, {@code bad-request} or {@code limit-exceeded} for
     *     the text, {@code rate-limited} or {@code limit-exceeded} for one comment too many, {@code not-found} for the
     *     commit
     */
    public Comment add(Repository repository, Account account, Sha256 commit, String text) throws SQLException {
        requireWriting(account);
        String body = text.replace("\r\n", "\n").strip();
        if (body.isEmpty() || body.indexOf('\0') >= 0) {
            throw new Problem(Problem.Code.BAD_REQUEST, "a comment needs a text, without NUL characters");
        }
        int bytes = CodePoints.utf8(body).length;
        if (bytes > CommentRows.BODY_BYTES) {
            throw new Problem(Problem.Code.LIMIT_EXCEEDED, "a comment has at most " + CommentRows.BODY_BYTES
                    + " bytes, this has " + bytes + "; shorten it, or split it")
                    .with("limit", CommentRows.BODY_BYTES).with("actual", bytes);
        }
        try (Connection c = pool.acquire("comments")) {
            requireRoom(CommentRows.counts(c, repository.id(), account.userId()));
            return CommentRows.add(c, repository.id(), commit, account.userId(), body).orElseThrow(() ->
                    new Problem(Problem.Code.NOT_FOUND, "commit " + commit + " is not in this repository"));
        }
    }

    /** Whoever may read may comment, so nobody may fill the page of a commit for everybody. */
    private static void requireRoom(CommentCounts counts) {
        if (counts.lately() >= PER_MINUTE) {
            throw new Problem(Problem.Code.RATE_LIMITED, "an account adds at most " + PER_MINUTE + " comments a minute"
                    + " to a repository; try again in a minute").with("retry_after", 60);
        }
        if (counts.account() >= PER_ACCOUNT) {
            throw full("an account may have at most " + PER_ACCOUNT + " comments in a repository; remove some of yours",
                    PER_ACCOUNT, counts.account());
        }
        if (counts.repository() >= PER_REPOSITORY) {
            throw full("a repository may have at most " + PER_REPOSITORY + " comments; its owner may remove some",
                    PER_REPOSITORY, counts.repository());
        }
    }

    private static Problem full(String why, long limit, long actual) {
        return new Problem(Problem.Code.LIMIT_EXCEEDED, why).with("limit", limit).with("actual", actual);
    }

    /**
     * Removes a comment.
     *
     * @throws Problem {@code not-found}, or {@code forbidden} where it is neither the caller's nor on the caller's
     *     repository
     */
    public void remove(Repository repository, Account account, Sha256 commit, long id) throws SQLException {
        requireWriting(account);
        try (Connection c = pool.acquire("comments")) {
            Optional<Comment> comment = CommentRows.one(c, repository.id(), commit, id);
            if (comment.isEmpty()) {
                throw new Problem(Problem.Code.NOT_FOUND, "there is no such comment");
            }
            if (!mayRemove(repository, account, comment.get())) {
                throw new Problem(Problem.Code.FORBIDDEN, "only its author and the owner of the repository may remove a"
                        + " comment");
            }
            CommentRows.delete(c, repository.id(), id);
        }
    }

    /** Whether {@code account} may remove {@code comment}; pages show a button if so. */
    public static boolean mayRemove(Repository repository, Account account, Comment comment) {
        return account.scope() != Scope.READ
                && (account.userId() == comment.userId() || account.userId() == repository.ownerId());
    }

    private static void requireWriting(Account account) {
        if (account.scope() == Scope.READ) {
            throw new Problem(Problem.Code.FORBIDDEN, "this token may only read; comments need one that may write");
        }
    }
}
