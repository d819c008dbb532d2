package dev.musehub.web;

import dev.musehub.db.AccountRows.Account;
import dev.musehub.db.AccountRows.Scope;
import dev.musehub.db.CommentRows.Comment;
import dev.musehub.db.CommitRows;
import dev.musehub.db.CommitRows.Described;
import dev.musehub.db.LabelRows;
import dev.musehub.db.Pool;
import dev.musehub.db.RepositoryRows.Repository;
import dev.musehub.model.Commit;
import dev.musehub.model.CommitFields;
import dev.musehub.model.CommitTitle;
import dev.musehub.model.CommitTitle.Bump;
import dev.musehub.model.Labels;
import dev.musehub.model.Problem;
import dev.musehub.model.Sha256;
import dev.musehub.store.ObjectStore;
import dev.musehub.wire.MsgPackValues;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One commit: what it says, what it changed, and what people said about it. */
final class CommitPage {

    private static final int CHILDREN = 5;
    private static final int LABELS = 20;

    private final Pool pool;
    private final Changes changes;
    private final Comments comments;

    CommitPage(Pool pool, ObjectStore store) {
        this.pool = pool;
        this.changes = new Changes(pool, store);
        this.comments = new Comments(pool);
    }

    /**
     * What is asked for.
     *
     * @param file the one file to compare, where not all
     * @param after the comment behind which the comments begin, 0 for the first
     * @param csrf the token that forms carry
     */
    record Query(Repository repository, Optional<Account> viewer, String csrf, boolean split, Optional<String> file,
            long after) { }

    /** What is read for the head of the page. */
    private record Facts(Commit commit, Described described, Optional<Sha256> parentSnapshot, List<Sha256> children,
            List<String> tags) { }

    /**
     * The page of commit {@code id}.
     *
     * @throws Problem {@code not-found}
     */
    Page page(Query query, Sha256 id) throws SQLException, IOException {
        Facts facts = facts(query.repository().id(), id);
        Changes.Shown shown = changes.between(query.repository().id(), facts.parentSnapshot(),
                facts.commit().snapshotId(), query.file());
        List<Comment> said = comments.page(query.repository(), id, query.after());
        Links links = Links.of(query.repository());
        Markup body = Markup.of("""
                <article class="commit">{}{}</article>
                <section aria-labelledby="changes">
                <h2 id="changes">Changes</h2>{}{}</section>
                {}""", head(links, facts), details(links, facts), views(links.commit(id), query), diff(links, facts, query)
                        .of(shown), new CommentsView(links, query, id).of(said));
        return new Page(CommitTitle.of(facts.commit().message()).text(), body);
    }

    private Facts facts(long repoId, Sha256 id) throws SQLException {
        try (Connection c = pool.acquire("commit.page")) {
            Described described = CommitRows.described(c, repoId, id).orElseThrow(() ->
                    new Problem(Problem.Code.NOT_FOUND, "commit " + id + " is not in this repository"));
            Commit commit = CommitFields.WIRE.parse(MsgPackValues.decode(described.record()).asDict("commit"));
            Optional<Sha256> parent = commit.parent1().isEmpty() ? Optional.empty()
                    : CommitRows.nodes(c, repoId, List.of(commit.parent1().get())).stream().findFirst()
                            .map(CommitRows.Node::snapshotId);
            List<String> tags = new ArrayList<>(LabelRows.on(c, Labels.Kind.TAG, repoId, id, LABELS));
            tags.addAll(LabelRows.on(c, Labels.Kind.RELEASE, repoId, id, LABELS));
            return new Facts(commit, described, parent, CommitRows.children(c, repoId, id, CHILDREN), tags);
        }
    }

    private static Markup head(Links links, Facts facts) {
        Commit commit = facts.commit();
        String body = CommitTitle.body(commit.message());
        return Markup.of("<h1 class=\"title\">{}</h1>{}<p class=\"byline\">{} · {}{}{}</p>{}{}",
                title(commit),
                badges(facts),
                author(commit),
                Ages.of(commit.committedInstant().toInstant(), Instant.now()),
                commit.branch().isEmpty() ? Markup.NONE : Markup.of(" · on <a href=\"{}\">{}</a>",
                        links.commits(commit.branch()), commit.branch()),
                agent(commit),
                body.isEmpty() ? Markup.NONE : Markup.of("<pre class=\"message\">{}</pre>", body),
                breaking(commit));
    }

    /** Type and scope stand out from the words. */
    static Markup title(Commit commit) {
        CommitTitle title = CommitTitle.of(commit.message());
        Markup type = title.type().map(t -> Markup.of("<span class=\"type\">{}</span> ", t)).orElse(Markup.NONE);
        Markup scope = title.scope().map(s -> Markup.of("<span class=\"scope\">{}</span> ", s)).orElse(Markup.NONE);
        return Markup.of("{}{}{}", type, scope, title.text().isEmpty() ? "(no message)" : title.text());
    }

    static Markup bump(Commit commit) {
        Bump bump = CommitTitle.bump(commit);
        return switch (bump) {
            case NONE -> Markup.NONE;
            case BREAKING -> Markup.of("<span class=\"badge breaking\" title=\"a major version\">BREAKING</span> ");
            case FEAT -> Markup.of("<span class=\"badge feat\" title=\"a minor version\">FEAT</span> ");
            case FIX -> Markup.of("<span class=\"badge fix\" title=\"a patch version\">FIX</span> ");
        };
    }

    private static Markup badges(Facts facts) {
        List<Markup> tags = facts.tags().stream()
                .map(tag -> Markup.of("<span class=\"badge tag\">{}</span> ", tag)).toList();
        return Markup.of("<p class=\"badges\">{}{}{}</p>", bump(facts.commit()), signature(facts.described()), tags);
    }

    /** A mark that only a checked signature gets; everything else is said in words. */
    private static Markup signature(Described described) {
        return switch (described.signature()) {
            case NONE -> Markup.NONE;
            case VERIFIED -> Markup.of("<span class=\"badge verified\" title=\"signed with a key of {}\">✓ Verified</span> ",
                    described.signer().orElse("a former user"));
            case UNKNOWN_KEY -> Markup.of("<span class=\"badge\" title=\"by a key that nobody here has registered\">"
                    + "Signed, key unknown</span> ");
            case INVALID -> Markup.of("<span class=\"badge breaking\" title=\"the key it names did not make it\">"
                    + "✗ Signature wrong</span> ");
            case UNVERIFIABLE -> Markup.of("<span class=\"badge\" title=\"of a kind that only its maker can check\">"
                    + "Signed, not checkable</span> ");
        };
    }

    private static Markup author(Commit commit) {
        return commit.author().isEmpty() ? Markup.of("<span class=\"quiet\">no author</span>")
                : Markup.of("<bdi class=\"author\">{}</bdi>", commit.author());
    }

    private static Markup agent(Commit commit) {
        if (commit.agentId().isEmpty() && commit.modelId().isEmpty()) {
            return Markup.NONE;
        }
        String name = commit.agentId().isEmpty() ? commit.modelId() : commit.modelId().isEmpty() ? commit.agentId()
                : commit.agentId() + " (" + commit.modelId() + ")";
        return Markup.of(" · by agent <bdi class=\"agent\">{}</bdi>", name);
    }

    private static Markup breaking(Commit commit) {
        return commit.breakingChanges().isEmpty() ? Markup.NONE
                : Markup.of("<div class=\"breaking-changes\"><h2>Breaking changes</h2><ul>{}</ul></div>",
                        commit.breakingChanges().stream().map(text -> Markup.of("<li>{}</li>", text)).toList());
    }

    private static Markup details(Links links, Facts facts) {
        Commit commit = facts.commit();
        List<Markup> rows = new ArrayList<>();
        rows.add(row("Commit", Markup.of("<code class=\"id\">{}</code>", commit.id())));
        rows.add(row(commit.parents().size() == 2 ? "Parents" : "Parent", commit.parents().isEmpty()
                ? Markup.of("none, this is where it began") : ids(links, commit.parents())));
        text(rows, "Toolchain", commit.toolchainId());
        text(rows, "Reviewed by", String.join(", ", commit.reviewedBy()));
        text(rows, "Test runs", commit.testRuns() > 0 ? String.valueOf(commit.testRuns()) : "");
        for (Map.Entry<String, String> entry : commit.metadata().entrySet()) {
            text(rows, entry.getKey(), entry.getValue());
        }
        return Markup.of("<nav class=\"neighbours\" aria-label=\"Neighbouring commits\">{}{}</nav><dl>{}</dl>",
                commit.parent1().map(p -> Markup.of("<a rel=\"prev\" href=\"{}\">← Older</a>", links.commit(p)))
                        .orElse(Markup.of("<span class=\"quiet\">← Older</span>")),
                facts.children().isEmpty() ? Markup.of("<span class=\"quiet\">Newer →</span>")
                        : facts.children().stream().map(child -> Markup.of("<a rel=\"next\" href=\"{}\">Newer{} →</a>",
                                links.commit(child), facts.children().size() == 1 ? "" : " " + brief(child))).toList(),
                rows);
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
                brief(id))).toList());
    }

    static String brief(Sha256 id) {
        return id.hex().substring(0, 12);
    }

    /** The ways to look at a difference, and the way back from a single file. */
    static Markup views(String address, Query query) {
        String file = query.file().map(path -> "&file=" + Links.segment(path)).orElse("");
        return Markup.of("<p class=\"views\"><a href=\"{}\" {}>Unified</a> <a href=\"{}\" {}>Side by side</a>{}</p>",
                address + "?view=unified" + file, current(!query.split()),
                address + "?view=split" + file, current(query.split()),
                query.file().isEmpty() ? Markup.NONE : Markup.of(" <a href=\"{}\">All files</a>",
                        address + (query.split() ? "?view=split" : "")));
    }

    private static Markup current(boolean is) {
        return Markup.of("aria-current=\"true\"").when(is);
    }

    private static DiffView diff(Links links, Facts facts, Query query) {
        Sha256 id = facts.commit().id();
        return new DiffView(new DiffView.Addresses() {
            @Override
            public String file(String path) {
                return links.commit(id) + "?file=" + Links.segment(path) + (query.split() ? "&view=split" : "");
            }

            @Override
            public String after(String path) {
                return links.raw(id, path);
            }

            @Override
            public String before(String path) {
                return links.raw(facts.commit().parent1().orElse(id), path);
            }
        }, query.split());
    }

    /** Whether {@code viewer} is signed in with a token that may write. */
    static boolean mayComment(Optional<Account> viewer) {
        return viewer.isPresent() && viewer.get().scope() != Scope.READ;
    }
}
