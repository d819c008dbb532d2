package dev.musehub.server.api;

import dev.musehub.core.model.Account;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.wire.Limits;
import dev.musehub.repositories.CommentRows.Comment;
import dev.musehub.repositories.Comments;
import dev.musehub.repositories.Revisions;
import dev.musehub.server.access.Access;
import dev.musehub.server.http.Exchange;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;

/** The requests about comments on commits. The rules are in {@link Comments}. */
public final class CommentRoutes {

    private final Limits limits;
    private final Access access;
    private final Comments comments;
    private final Revisions revisions;

    public CommentRoutes(Pool pool, Limits limits, Access access) {
        this.limits = limits;
        this.access = access;
        this.comments = new Comments(pool);
        this.revisions = new Revisions(pool);
    }

    /** {@code GET commits/ID/comments?after=N}: oldest first, {@value Comments#PAGE} at a time. */
    public void list(Exchange call) throws IOException, SQLException {
        Repository repository = access.readable(call, call.owner(), call.slug());
        Sha256 commit = revisions.commit(repository.id(), call.parameter("commit"));
        long after = call.query("after").map(text -> number(text, "after")).orElse(0L);
        List<Comment> page = comments.page(repository, commit, after);
        call.answer(Value.dict().put("commit", commit.toString())
                .put("comments", new Value.Array(page.stream().map(CommentRoutes::value).toList()))
                .put("more", page.size() == Comments.PAGE).build());
    }

    /** {@code POST commits/ID/comments}. */
    public void add(Exchange call) throws IOException, SQLException {
        Account account = access.required(call);
        Repository repository = access.readable(call, call.owner(), call.slug());
        String body = call.bodyValue(limits).text("body", "");
        Sha256 commit = revisions.commit(repository.id(), call.parameter("commit"));
        call.answer(Value.dict().put("commit", commit.toString())
                .put("comment", value(comments.add(repository, account, commit, body))).build());
    }

    /** {@code DELETE commits/ID/comments/N}. */
    public void remove(Exchange call) throws IOException, SQLException {
        Account account = access.required(call);
        Repository repository = access.readable(call, call.owner(), call.slug());
        Sha256 commit = revisions.commit(repository.id(), call.parameter("commit"));
        long number = number(call.parameter("number"), "the comment");
        comments.remove(repository, account, commit, number);
        call.answer(Value.dict().put("commit", commit.toString()).put("removed", number).build());
    }

    private static long number(String text, String what) {
        if (!text.matches("[0-9]{1,18}")) {
            throw new Problem(Problem.Code.BAD_REQUEST, what + " must be the number of a comment");
        }
        return Long.parseLong(text);
    }

    private static Value value(Comment comment) {
        return Value.dict().put("id", comment.id()).put("author", comment.author()).put("body", comment.body())
                .put("at", comment.at().toString()).build();
    }
}
