package dev.musehub.pages.history;

import dev.musehub.core.model.Account.Scope;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.pages.Ages;
import dev.musehub.pages.Links;
import dev.musehub.pages.Markup;
import dev.musehub.pages.Numbers;
import dev.musehub.pages.Visit;
import dev.musehub.repositories.CommentRows.Comment;
import dev.musehub.repositories.Comments;
import java.time.Instant;
import java.util.List;

/** The comments on a commit as HTML, with the forms to add and remove them. */
final class CommentMarkup {

    private final Links links;
    private final Visit visit;
    private final Repository repository;
    private final Sha256 commit;

    CommentMarkup(Links links, Visit visit, Repository repository, Sha256 commit) {
        this.links = links;
        this.visit = visit;
        this.repository = repository;
        this.commit = commit;
    }

    /** The section with {@code comments}, which are some of {@code count}. */
    Markup of(List<Comment> comments, long count) {
        List<Markup> items = comments.stream().map(this::comment).toList();
        Markup more = comments.size() < Comments.PAGE ? Markup.NONE
                : Markup.of("<p><a href=\"{}?after={}#comments\">More comments</a></p>", links.commit(commit),
                        comments.getLast().id());
        return Markup.of("""
                <section class="comments" aria-labelledby="comments">
                <h2 id="comments">{}</h2>{}{}{}{}\
                <p class="quiet">To add a comment from a clone: <code>musehub comment {} \
                --body "TEXT"</code></p></section>
                """, Numbers.count(count, "comment"), items, more,
                Markup.of("<p>No comments yet. Be the first to start the discussion.</p>").when(count == 0), form(),
                commit);
    }

    private Markup comment(Comment comment) {
        boolean removable = visit.viewer().isPresent()
                && Comments.mayRemove(repository, visit.viewer().get(), comment);
        return Markup.of("""
                <article class="comment" id="comment-{}">
                <header><b>{}</b> {} <a href="#comment-{}" class="quiet">#{}</a>{}</header>
                <div class="said">{}</div></article>
                """, comment.id(), comment.author(), Ages.of(comment.at(), Instant.now()), comment.id(), comment.id(),
                removable ? remove(comment) : Markup.NONE, comment.body());
    }

    private Markup remove(Comment comment) {
        return Markup.of("""
                <form method="post" action="{}/{}/delete"><input type="hidden" name="csrf" value="{}">\
                <button class="plain" aria-label="Remove comment {}">Remove</button></form>
                """, links.comments(commit), comment.id(), visit.csrf(), comment.id());
    }

    private Markup form() {
        if (visit.viewer().isEmpty()) {
            return Markup.of("<p class=\"quiet\">Sign in to comment.</p>");
        }
        if (visit.viewer().get().scope() == Scope.READ) {
            return Markup.of("<p class=\"quiet\">You are signed in with a token that may only read.</p>");
        }
        return Markup.of("""
                <form method="post" action="{}"><input type="hidden" name="csrf" value="{}">
                <label for="body">Your comment</label>
                <textarea id="body" name="body" rows="4" required maxlength="65536"></textarea>
                <button>Comment</button></form>
                """, links.comments(commit), visit.csrf());
    }
}
