package dev.musehub.pages.history;

import dev.musehub.core.history.Commit;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.wire.MsgPackValues;
import dev.musehub.pages.Ages;
import dev.musehub.pages.CommitMarkup;
import dev.musehub.pages.Links;
import dev.musehub.pages.Markup;
import dev.musehub.pages.Page;
import dev.musehub.pages.Visit;
import dev.musehub.pages.changes.DiffLinks;
import dev.musehub.pages.changes.Differences;
import dev.musehub.pages.changes.Differences.DifferenceQuery;
import dev.musehub.pages.queries.BranchPlace;
import dev.musehub.pages.queries.CommitDescription;
import dev.musehub.pages.queries.CommitTitle;
import dev.musehub.repositories.CommentRows.Comment;
import dev.musehub.repositories.Comments;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** One commit: what it says, what it changed, and what people said about it. */
public final class CommitPage {

    private final Pool pool;
    private final Differences differences;
    private final Comments comments;

    public CommitPage(Pool pool, Differences differences) {
        this.pool = pool;
        this.differences = differences;
        this.comments = new Comments(pool);
    }

    /** What the head of the page shows. */
    private record CommitFacts(Commit commit, CommitDescription around, Optional<BranchPlace> place) { }

    /**
     * The page of commit {@code id}, with the comments behind comment {@code after}; 0 for the first ones.
     *
     * @throws Problem {@code not-found}
     */
    public Page page(Visit visit, Repository repository, Sha256 id, long after) throws SQLException, IOException {
        CommitFacts facts = facts(repository, id);
        CommitDescription around = facts.around();
        Commit commit = facts.commit();
        List<Comment> said = comments.page(repository, id, after);
        Links links = Links.of(repository);
        Markup changes = differences.of(new DifferenceQuery(repository.id(), around.parentSnapshot(),
                commit.snapshotId(), visit.file(),
                new DiffLinks(links, links.commit(id), visit.split(), commit.parent1().orElse(id), id)));
        Markup body = Markup.of("""
                <article class="commit">{}{}</article>
                <section aria-labelledby="changes">
                <h2 id="changes">Changes</h2>{}{}</section>
                {}""", head(facts), details(repository, facts), views(links.commit(id), visit), changes,
                new CommentMarkup(links, visit, repository, id).of(said, around.comments()));
        return new Page(CommitTitle.of(commit.message()).text(), body);
    }

    private CommitFacts facts(Repository repository, Sha256 id) throws SQLException {
        try (Connection c = pool.acquire("commit.page")) {
            CommitDescription around = CommitDescription.find(c, repository.id(), id).orElseThrow(() ->
                    new Problem(Problem.Code.NOT_FOUND, "commit " + id + " is not in this repository"));
            Commit commit = MsgPackValues.commit(around.record());
            // Where it was made, if that branch still has it; else the default branch, which may have got it since.
            List<String> branches = Stream.concat(Stream.of(commit.branch()), repository.defaultBranch().stream())
                    .distinct().toList();
            return new CommitFacts(commit, around, BranchPlace.find(c, repository.id(), branches, id));
        }
    }

    private static Markup head(CommitFacts facts) {
        Commit commit = facts.commit();
        CommitTitle title = CommitTitle.of(commit.message());
        String body = CommitTitle.body(commit.message());
        return Markup.of("<h1 class=\"title\">{}</h1>{}<p class=\"byline\">{} &middot; {}{}{}</p>{}{}",
                CommitMarkup.title(title),
                badges(facts),
                CommitMarkup.author(commit.author()),
                Ages.dated(commit.committedInstant().toInstant(), Instant.now()),
                commit.branch().isEmpty() ? Markup.NONE : Markup.of(" &middot; on <bdi>{}</bdi>",
                        commit.branch()),
                CommitMarkup.agent(commit.agentId(), commit.modelId()),
                body.isEmpty() ? Markup.NONE : Markup.of("<pre class=\"message\">{}</pre>", body),
                breaking(commit));
    }

    private static Markup badges(CommitFacts facts) {
        List<Markup> tags = facts.around().tags().stream()
                .map(tag -> Markup.of("<span class=\"badge tag\">{}</span> ", tag)).toList();
        return Markup.of("<p class=\"badges\">{}{}{}</p>", CommitMarkup.bump(CommitTitle.bump(facts.commit())),
                CommitMarkup.signature(facts.around().signature(), facts.around().signer()), tags);
    }

    private static Markup breaking(Commit commit) {
        return commit.breakingChanges().isEmpty() ? Markup.NONE
                : Markup.of("<div class=\"breaking-changes\"><h2>Breaking changes</h2><ul>{}</ul></div>",
                        commit.breakingChanges().stream().map(text -> Markup.of("<li>{}</li>", text)).toList());
    }

    private static Markup details(Repository repository, CommitFacts facts) {
        Links links = Links.of(repository);
        Commit commit = facts.commit();
        List<Markup> rows = new ArrayList<>();
        rows.add(row("Commit", Markup.of("<code class=\"id\">{}</code>", commit.id())));
        rows.add(row("Snapshot", Markup.of("<code class=\"id\">{}</code>", commit.snapshotId())));
        rows.add(row(commit.parents().size() == 2 ? "Parents" : "Parent", commit.parents().isEmpty()
                ? Markup.of("none, this is where it began") : ids(links, commit.parents())));
        text(rows, "Toolchain", commit.toolchainId());
        text(rows, "Reviewed by", String.join(", ", commit.reviewedBy()));
        text(rows, "Test runs", commit.testRuns() > 0 ? String.valueOf(commit.testRuns()) : "");
        for (Map.Entry<String, String> entry : commit.metadata().entrySet()) {
            text(rows, entry.getKey(), entry.getValue());
        }
        return Markup.of("{}<dl>{}</dl>", neighbours(repository, facts), rows);
    }

    /** The ways along the line of the branch; for a commit that is on no such line, to its parent and children. */
    private static Markup neighbours(Repository repository, CommitFacts facts) {
        Links links = Links.of(repository);
        Optional<BranchPlace> place = facts.place();
        Optional<String> branch = place.map(BranchPlace::branch);
        Markup older = facts.commit().parent1()
                .map(p -> Markup.of("<a rel=\"prev\" href=\"{}\">&larr; Older</a>", links.commit(p)))
                .orElse(end("Oldest", branch));
        List<Sha256> newer = place.map(it -> it.newer().stream().toList()).orElse(facts.around().children());
        return Markup.of("<nav class=\"neighbours\" aria-label=\"Neighbouring commits\">{}{}{}{}</nav>", older,
                place.map(it -> Markup.of("<span>#{} / {} on <bdi>{}</bdi></span>", it.place(), it.length(),
                        it.branch())).orElse(Markup.NONE),
                newer.isEmpty() ? end("Latest", branch) : newer(links, newer),
                branch.or(repository::defaultBranch).map(name -> Markup.of("<a href=\"{}\">All commits</a>",
                        links.commits(name))).orElse(Markup.NONE));
    }

    private static Markup end(String word, Optional<String> branch) {
        return Markup.of("<span class=\"quiet\">{}{}</span>", word,
                branch.map(name -> Markup.of(" on <bdi>{}</bdi>", name)).orElse(Markup.NONE));
    }

    private static Markup newer(Links links, List<Sha256> children) {
        return Markup.join(children.stream().map(child -> Markup.of("<a rel=\"next\" href=\"{}\">Newer{} &rarr;</a>",
                links.commit(child), children.size() == 1 ? "" : " " + CommitMarkup.brief(child))).toList());
    }

    private static void text(List<Markup> rows, String name, String text) {
        if (!text.isEmpty()) {
            rows.add(row(name, Markup.of("{}", text)));
        }
    }

    private static Markup row(String name, Markup value) {
        return Markup.of("<div><dt>{}</dt><dd>{}</dd></div>", name, value);
    }

    private static Markup ids(Links links, List<Sha256> ids) {
        return Markup.join(ids.stream().map(id -> Markup.of("<a href=\"{}\"><code>{}</code></a> ", links.commit(id),
                CommitMarkup.brief(id))).toList());
    }

    /** The ways to look at a difference, and the way back from a single file. */
    static Markup views(String address, Visit visit) {
        String file = visit.file().map(path -> "&file=" + Links.segment(path)).orElse("");
        return Markup.of("<p class=\"views\"><a href=\"{}\" {}>Unified</a> <a href=\"{}\" {}>Side by side</a>{}</p>",
                address + "?view=unified" + file, current(!visit.split()),
                address + "?view=split" + file, current(visit.split()),
                visit.file().isEmpty() ? Markup.NONE : Markup.of(" <a href=\"{}\">All files</a>",
                        address + (visit.split() ? "?view=split" : "")));
    }

    private static Markup current(boolean is) {
        return Markup.of("aria-current=\"true\"").when(is);
    }
}
