package dev.musehub.pages.history;

import dev.musehub.core.history.Commit;
import dev.musehub.core.history.CommitTitle;
import dev.musehub.core.history.CommitTitle.Bump;
import dev.musehub.core.model.Account;
import dev.musehub.core.model.Account.Scope;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.CommitRows.SignatureState;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.wire.MsgPackValues;
import dev.musehub.pages.Ages;
import dev.musehub.pages.Links;
import dev.musehub.pages.Markup;
import dev.musehub.pages.Page;
import dev.musehub.pages.changes.DiffView;
import dev.musehub.pages.changes.Differences;
import dev.musehub.pages.queries.CommitDescription;
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

/** One commit: what it says, what it changed, and what people said about it. */
public final class CommitPage {

    /** Hex digits of an id that people get to see. */
    static final int BRIEF = 12;

    private final Pool pool;
    private final Differences differences;
    private final Comments comments;

    public CommitPage(Pool pool, Differences differences) {
        this.pool = pool;
        this.differences = differences;
        this.comments = new Comments(pool);
    }

    /**
     * What is asked for.
     *
     * @param file the one file to compare, where not all
     * @param after the comment behind which the comments begin, 0 for the first
     * @param csrf the token that forms carry
     */
    public record CommitQuery(Repository repository, Optional<Account> viewer, String csrf, boolean split, Optional<String> file,
            long after) { }

    /** What the head of the page shows. */
    private record CommitFacts(Commit commit, CommitDescription around) { }

    /**
     * The page of commit {@code id}.
     *
     * @throws Problem {@code not-found}
     */
    public Page page(CommitQuery query, Sha256 id) throws SQLException, IOException {
        CommitDescription around = described(query.repository().id(), id);
        CommitFacts facts = new CommitFacts(MsgPackValues.commit(around.record()), around);
        List<Comment> said = comments.page(query.repository(), id, query.after());
        Links links = Links.of(query.repository());
        Markup changes = differences.of(new Differences.Wanted(query.repository().id(), around.parentSnapshot(),
                facts.commit().snapshotId(), query.file(), query.split(), links.commit(id)),
                addresses(links, facts.commit(), query));
        Markup body = Markup.of("""
                <article class="commit">{}{}</article>
                <section aria-labelledby="changes">
                <h2 id="changes">Changes</h2>{}{}</section>
                {}""", head(facts), details(links, facts), views(links.commit(id), query), changes,
                new CommentMarkup(links, query, id).of(said));
        return new Page(CommitTitle.of(facts.commit().message()).text(), body);
    }

    private CommitDescription described(long repoId, Sha256 id) throws SQLException {
        try (Connection c = pool.acquire("commit.page")) {
            return CommitDescription.find(c, repoId, id).orElseThrow(() ->
                    new Problem(Problem.Code.NOT_FOUND, "commit " + id + " is not in this repository"));
        }
    }

    private static Markup head(CommitFacts facts) {
        Commit commit = facts.commit();
        String body = CommitTitle.body(commit.message());
        return Markup.of("<h1 class=\"title\">{}</h1>{}<p class=\"byline\">{} &middot; {}{}{}</p>{}{}",
                title(commit),
                badges(facts),
                author(commit),
                Ages.of(commit.committedInstant().toInstant(), Instant.now()),
                commit.branch().isEmpty() ? Markup.NONE : Markup.of(" &middot; on <bdi>{}</bdi>",
                        commit.branch()),
                agent(commit),
                body.isEmpty() ? Markup.NONE : Markup.of("<pre class=\"message\">{}</pre>", body),
                breaking(commit));
    }

    /** Type and scope stand out from the words. */
    static Markup title(Commit commit) {
        return title(CommitTitle.of(commit.message()));
    }

    static Markup title(CommitTitle title) {
        Markup type = title.type().map(t -> Markup.of("<span class=\"type\">{}</span> ", t)).orElse(Markup.NONE);
        Markup scope = title.scope().map(s -> Markup.of("<span class=\"scope\">{}</span> ", s)).orElse(Markup.NONE);
        return Markup.of("{}{}{}", type, scope, title.text().isEmpty() ? "(no message)" : title.text());
    }

    static Markup bump(Commit commit) {
        return bump(CommitTitle.bump(commit));
    }

    static Markup bump(Bump bump) {
        return switch (bump) {
            case NONE -> Markup.NONE;
            case BREAKING -> Markup.of("<span class=\"badge breaking\" title=\"a major version\">BREAKING</span> ");
            case FEAT -> Markup.of("<span class=\"badge feat\" title=\"a minor version\">FEAT</span> ");
            case FIX -> Markup.of("<span class=\"badge fix\" title=\"a patch version\">FIX</span> ");
        };
    }

    private static Markup badges(CommitFacts facts) {
        List<Markup> tags = facts.around().tags().stream()
                .map(tag -> Markup.of("<span class=\"badge tag\">{}</span> ", tag)).toList();
        return Markup.of("<p class=\"badges\">{}{}{}</p>", bump(facts.commit()), signature(facts.around().signature(), facts.around().signer()), tags);
    }

    /** A mark that only a checked signature gets; everything else is said in words. */
    static Markup signature(SignatureState state, Optional<String> signer) {
        return switch (state) {
            case NONE -> Markup.NONE;
            case VERIFIED -> Markup.of("<span class=\"badge verified\" title=\"signed with a key of {}\">&#x2713; Verified</span> ",
                    signer.orElse("a former user"));
            case UNKNOWN_KEY -> Markup.of("<span class=\"badge\" title=\"by a key that nobody here has registered\">"
                    + "Signed, key unknown</span> ");
            case INVALID -> Markup.of("<span class=\"badge breaking\" title=\"the key it names did not make it\">"
                    + "&#x2717; Signature wrong</span> ");
            case UNVERIFIABLE -> Markup.of("<span class=\"badge\" title=\"of a kind that only its maker can check\">"
                    + "Signed, not checkable</span> ");
        };
    }

    private static Markup author(Commit commit) {
        return author(commit.author());
    }

    public static Markup author(String name) {
        return name.isEmpty() ? Markup.of("<span class=\"quiet\">no author</span>")
                : Markup.of("<bdi class=\"author\">{}</bdi>", name);
    }

    private static Markup agent(Commit commit) {
        return agent(commit.agentId(), commit.modelId());
    }

    static Markup agent(String agent, String model) {
        if (agent.isEmpty() && model.isEmpty()) {
            return Markup.NONE;
        }
        String name = agent.isEmpty() ? model : model.isEmpty() ? agent : agent + " (" + model + ")";
        return Markup.of(" &middot; by agent <bdi class=\"agent\">{}</bdi>", name);
    }

    private static Markup breaking(Commit commit) {
        return commit.breakingChanges().isEmpty() ? Markup.NONE
                : Markup.of("<div class=\"breaking-changes\"><h2>Breaking changes</h2><ul>{}</ul></div>",
                        commit.breakingChanges().stream().map(text -> Markup.of("<li>{}</li>", text)).toList());
    }

    private static Markup details(Links links, CommitFacts facts) {
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
                commit.parent1().map(p -> Markup.of("<a rel=\"prev\" href=\"{}\">&larr; Older</a>", links.commit(p)))
                        .orElse(Markup.of("<span class=\"quiet\">&larr; Older</span>")),
                facts.around().children().isEmpty() ? Markup.of("<span class=\"quiet\">Newer &rarr;</span>")
                        : facts.around().children().stream().map(child -> Markup.of("<a rel=\"next\" href=\"{}\">Newer{} &rarr;</a>",
                                links.commit(child), facts.around().children().size() == 1 ? "" : " " + brief(child))).toList(),
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

    public static String brief(Sha256 id) {
        return id.hex().substring(0, BRIEF);
    }

    /** The ways to look at a difference, and the way back from a single file. */
    static Markup views(String address, CommitQuery query) {
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

    private static DiffView.FileAddresses addresses(Links links, Commit commit, CommitQuery query) {
        return new DiffView.FileAddresses() {
            @Override
            public String file(String path) {
                return links.commit(commit.id()) + "?file=" + Links.segment(path) + (query.split() ? "&view=split" : "");
            }

            @Override
            public String page(String path) {
                return links.blob(commit.id().hex(), path);
            }

            @Override
            public String after(String path) {
                return links.raw(commit.id(), path);
            }

            @Override
            public String before(String path) {
                return links.raw(commit.parent1().orElse(commit.id()), path);
            }
        };
    }

    /** Whether {@code viewer} is signed in with a token that may write. */
    static boolean mayComment(Optional<Account> viewer) {
        return viewer.isPresent() && viewer.get().scope() != Scope.READ;
    }
}
