package dev.musehub.pages.files;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.rows.ObjectRows;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.jobs.InsightRows;
import dev.musehub.pages.CommitMarkup;
import dev.musehub.pages.Links;
import dev.musehub.pages.Markup;
import dev.musehub.pages.Numbers;
import dev.musehub.pages.Page;
import dev.musehub.pages.RefSwitcher;
import dev.musehub.pages.files.DirectoryListing.DirectoryEntry;
import dev.musehub.pages.files.Trees.Tree;
import dev.musehub.pages.queries.CommitList;
import dev.musehub.repositories.RefRows;
import dev.musehub.repositories.RefRows.RefNames;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One directory of a repository, with its README; the root with what there is to know about the repository. */
public final class TreePage {

    /** Entries of a page. */
    private static final int LISTED = 1_000;

    private final Pool pool;
    private final Trees trees;
    private final Documents documents;

    public TreePage(Pool pool, Trees trees, Documents documents) {
        this.pool = pool;
        this.trees = trees;
        this.documents = documents;
    }

    /**
     * What is asked for.
     *
     * @param ref a branch, tag or commit
     * @param path of the directory, empty for the root
     * @param after the key of the entry behind which the page begins
     * @param origin the scheme and host that this hub is reached at
     */
    public record TreeQuery(Repository repository, String ref, String path, Optional<String> after, String origin) { }

    /** What one look into the database brings. */
    private record TreeFacts(Tree tree, RefNames names, DirectoryListing directory, Map<Sha256, Long> sizes,
            Optional<CommitList.CommitEntry> last, Map<String, String> counted, Optional<StoredObject> readme) { }

    /**
     * The page; empty where the path is a file's.
     *
     * @throws Problem {@code not-found}
     */
    public Optional<Page> page(TreeQuery query) throws SQLException, IOException {
        long repoId = query.repository().id();
        TreeFacts facts;
        try (Connection c = pool.acquire("tree")) {
            Tree tree = trees.tree(c, repoId, query.ref());
            if (!tree.isDirectory(query.path())) {
                if (tree.files().get(query.path()).isPresent()) {
                    return Optional.empty();
                }
                throw new Problem(Problem.Code.NOT_FOUND, "there is no '" + query.path() + "' in " + query.ref());
            }
            facts = facts(c, query, tree);
        }
        Links links = Links.of(query.repository());
        Markup files = Markup.of("{}{}{}{}", RefBar.of(links, query.repository().slug(), facts.tree(), facts.names(),
                query.path(), ref -> links.tree(ref, query.path())), last(links, facts), table(links, query, facts),
                readme(links, query, facts));
        boolean root = query.path().isEmpty();
        return Optional.of(new Page(root ? query.ref() : query.path() + " at " + query.ref(), root
                ? Markup.of("<h1 class=\"unseen\">{}</h1><div class=\"beside\"><div>{}</div>{}</div>",
                        query.repository().name(), files, About.of(query.repository(), query.origin(), facts.counted(),
                                facts.tree().files().size()))
                : Markup.of("<h1 class=\"unseen\">{}</h1>{}", query.path(), files)));
    }

    private static TreeFacts facts(Connection c, TreeQuery query, Tree tree) throws SQLException {
        long repoId = query.repository().id();
        DirectoryListing directory = DirectoryListing.of(tree.files(), query.path(), query.after(), LISTED);
        Optional<DirectoryEntry> readme = directory.readme();
        return new TreeFacts(tree, RefRows.names(c, repoId, RefSwitcher.OFFERED + 1), directory,
                ObjectRows.sizes(c, directory.entries().stream().flatMap(entry -> entry.object().stream()).toList()),
                CommitList.entries(c, repoId, List.of(tree.commit())).stream().findFirst(),
                query.path().isEmpty() ? InsightRows.values(c, repoId, About.KINDS) : Map.of(),
                readme.isEmpty() ? Optional.empty() : ObjectRows.places(c, repoId,
                        List.of(readme.get().object().orElseThrow())).stream().findFirst());
    }

    private static Markup last(Links links, TreeFacts facts) {
        Markup commit = facts.last().map(last -> CommitMarkup.line(links, last, Instant.now()))
                .orElse(Markup.NONE);
        return Markup.of("<p class=\"last-commit\"><span>{}</span> <a class=\"all\" href=\"{}\">History</a></p>",
                commit, links.commits(facts.tree().ref()));
    }

    private static Markup table(Links links, TreeQuery query, TreeFacts facts) {
        String prefix = query.path().isEmpty() ? "" : query.path() + "/";
        String ref = facts.tree().ref();
        Markup up = query.path().isEmpty() ? Markup.NONE : Markup.of(
                "<tr><td colspan=\"2\"><a href=\"{}\" title=\"up\">..</a></td></tr>\n", links.tree(ref,
                        query.path().substring(0, Math.max(0, query.path().lastIndexOf('/')))));
        List<Markup> rows = facts.directory().entries().stream().map(entry -> entry.object().isEmpty()
                ? row("directory", links.tree(ref, prefix + entry.name()), entry.name() + "/",
                        Numbers.count(entry.files(), "file"))
                : row("plain-file", links.blob(ref, prefix + entry.name()), entry.name(),
                        entry.object().map(facts.sizes()::get).map(Numbers::bytes).orElse(""))).toList();
        Markup more = !facts.directory().more() ? Markup.NONE : Markup.of(
                "<p class=\"pages\"><a rel=\"next\" href=\"{}?after={}\">More &rarr;</a></p>",
                links.tree(ref, query.path()), Links.segment(facts.directory().entries().getLast().key()));
        return rows.isEmpty() ? Markup.of("<p class=\"quiet\">There are no files in this commit.</p>")
                : Markup.of("<table class=\"files\"><thead class=\"unseen\"><tr><th>Name</th><th>Size</th></tr></thead>"
                        + "<tbody>{}{}</tbody></table>{}", up, rows, more);
    }

    private static Markup row(String kind, String address, String name, String size) {
        return Markup.of("<tr class=\"{}\"><td><a href=\"{}\"><bdi>{}</bdi></a></td>"
                        + "<td class=\"number quiet\">{}</td></tr>\n", kind, address, name, size);
    }

    private Markup readme(Links links, TreeQuery query, TreeFacts facts) throws IOException {
        if (facts.readme().isEmpty() || query.after().isPresent()) {
            return Markup.NONE;
        }
        String name = facts.directory().readme().orElseThrow().name();
        String path = query.path().isEmpty() ? name : query.path() + "/" + name;
        return documents.rendered(links, facts.tree(), path, facts.readme().get()).map(document -> Markup.of(
                "<section class=\"document\" aria-labelledby=\"readme\"><h2 id=\"readme\"><a href=\"{}\">{}</a></h2>"
                        + "{}</section>",
                links.blob(facts.tree().ref(), path), name, document)).orElse(Markup.NONE);
    }
}
