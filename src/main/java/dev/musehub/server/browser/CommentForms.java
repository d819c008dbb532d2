package dev.musehub.server.browser;

import dev.musehub.core.model.Account;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.pages.Links;
import dev.musehub.repositories.Comments;
import dev.musehub.repositories.Revisions;
import java.sql.SQLException;
import java.util.Map;

/** The forms of comments on the page of a commit. The rules are in {@link Comments}. */
public final class CommentForms {

    private final Comments comments;
    private final Revisions revisions;

    public CommentForms(Pool pool) {
        this.comments = new Comments(pool);
        this.revisions = new Revisions(pool);
    }

    /** {@code POST commits/ID/comments}. */
    public PageAnswer add(PageRequest request) throws SQLException {
        Map<String, String> form = request.form();
        Account account = request.session().viewer().orElseThrow();
        Repository repository = request.repository();
        Sha256 id = revisions.commit(repository.id(), request.call().parameter("commit"));
        long number = comments.add(repository, account, id, form.getOrDefault("body", "")).id();
        // If there are many comments, the new one is not on the first page of them.
        boolean first = comments.page(repository, id, 0).stream().anyMatch(comment -> comment.id() == number);
        return new PageAnswer.Redirect(Links.of(repository).commit(id) + (first ? "" : "?after=" + (number - 1))
                + "#comment-" + number);
    }

    /** {@code POST commits/ID/comments/NUMBER/delete}. */
    public PageAnswer remove(PageRequest request) throws SQLException {
        request.form();
        Account account = request.session().viewer().orElseThrow();
        Repository repository = request.repository();
        Sha256 id = revisions.commit(repository.id(), request.call().parameter("commit"));
        String number = request.call().parameter("number");
        if (!number.matches("[0-9]{1,18}")) {
            throw new Problem(Problem.Code.NOT_FOUND, "there is no such comment");
        }
        comments.remove(repository, account, id, Long.parseLong(number));
        return new PageAnswer.Redirect(Links.of(repository).commit(id) + "#comments");
    }
}
