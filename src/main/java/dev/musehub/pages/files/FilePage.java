package dev.musehub.pages.files;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.rows.ObjectRows;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.diff.LineText;
import dev.musehub.pages.Links;
import dev.musehub.pages.Markdown;
import dev.musehub.pages.Markup;
import dev.musehub.pages.MarkupCache;
import dev.musehub.pages.Numbers;
import dev.musehub.pages.Page;
import dev.musehub.pages.RefSwitcher;
import dev.musehub.pages.changes.CodeText;
import dev.musehub.pages.changes.Images;
import dev.musehub.pages.files.Trees.Tree;
import dev.musehub.repositories.RefRows;
import dev.musehub.repositories.RefRows.RefNames;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** One file: its lines with their numbers, a picture, a sound, a document, or why it is none of them. */
public final class FilePage {

    /** Bytes of a file that are read for a page, and lines of it that are shown. */
    private static final long BYTES = 1 << 20;
    private static final int LINES = 10_000;

    /** Bytes kept of files as they were shown. */
    private static final long KEPT = 4 << 20;

    private final Pool pool;
    private final ObjectStore store;
    private final Trees trees;
    private final Documents documents;
    private final MarkupCache<Sha256> kept = new MarkupCache<>(KEPT);

    public FilePage(Pool pool, ObjectStore store, Trees trees, Documents documents) {
        this.pool = pool;
        this.store = store;
        this.trees = trees;
        this.documents = documents;
    }

    /**
     * What is asked for.
     *
     * @param source whether a document is to be shown as it was written
     */
    public record FileQuery(Repository repository, String ref, String path, boolean source) { }

    /**
     * The page; empty where the path is a directory's.
     *
     * @throws Problem {@code not-found}
     */
    public Optional<Page> page(FileQuery query) throws SQLException, IOException {
        Tree tree;
        RefNames names;
        StoredObject object;
        try (Connection c = pool.acquire("file")) {
            tree = trees.tree(c, query.repository().id(), query.ref());
            Optional<Sha256> id = tree.files().get(query.path());
            if (id.isEmpty() && tree.isDirectory(query.path())) {
                return Optional.empty();
            }
            object = ObjectRows.places(c, query.repository().id(), id.stream().toList()).stream().findFirst()
                    .orElseThrow(() -> new Problem(Problem.Code.NOT_FOUND, "there is no file '" + query.path() + "' in "
                            + query.ref()));
            names = RefRows.names(c, query.repository().id(), RefSwitcher.OFFERED + 1);
        }
        Links links = Links.of(query.repository());
        return Optional.of(new Page(query.path() + " at " + query.ref(), Markup.of("<h1 class=\"unseen\">{}</h1>{}{}",
                query.path(), RefBar.of(links, query.repository().slug(), tree, names, query.path(),
                        ref -> links.blob(ref, query.path())), shown(query, links, tree, object))));
    }

    private Markup shown(FileQuery query, Links links, Tree tree, StoredObject object) throws IOException {
        String path = query.path();
        boolean document = Markdown.is(path) && object.size() <= Markdown.LONGEST;
        boolean drawing = path.toLowerCase(Locale.ROOT).endsWith(".svg");
        Optional<Markup> rendered = Optional.empty();
        if (Images.is(path) && !(drawing && query.source())) {
            rendered = Optional.of(Markup.of("<p class=\"picture\"><img src=\"{}\" alt=\"{}\"></p>",
                    links.raw(tree.commit(), path), path));
        } else if (Images.isSound(path)) {
            rendered = Optional.of(Markup.of("<p><audio controls preload=\"none\" src=\"{}\" aria-label=\"{}\">"
                    + "</audio></p>", links.raw(tree.commit(), path), path));
        } else if (document && !query.source()) {
            rendered = documents.rendered(links, tree, path, object);
        }
        Markup content = rendered.isPresent() ? rendered.get() : text(object);
        return Markup.of("<section class=\"document\" aria-label=\"File\"><p class=\"facts\"><span>{}</span>{}{}{}{}{}"
                + "</p>{}</section>", Numbers.bytes(object.size()),
                views(links.blob(query.ref(), path), query.source()).when(drawing || document),
                link(links.raw(tree.commit(), path), "Raw"),
                Markup.of("<a href=\"{}\" download>Save</a> ", links.raw(tree.commit(), path)),
                link(links.history(query.ref(), path), "History"),
                link(links.blob(tree.commit().hex(), path), "Permanent link").when(tree.named()), content);
    }

    private static Markup link(String address, String name) {
        return Markup.of("<a href=\"{}\">{}</a> ", address, name);
    }

    private static Markup views(String address, boolean source) {
        return Markup.of("<a href=\"{}\" {}>Rendered</a> <a href=\"{}?view=source\" {}>Source</a> ", address,
                Markup.of("aria-current=\"true\"").when(!source), address,
                Markup.of("aria-current=\"true\"").when(source));
    }

    /** The lines of a file. They depend on the id of the object only, so all pages can share them. */
    private Markup text(StoredObject object) throws IOException {
        if (object.size() > BYTES) {
            return Markup.of("<p>Too large to show here: {}. The raw file has it all.</p>",
                    Numbers.bytes(object.size()));
        }
        Optional<Markup> known = kept.get(object.id());
        if (known.isPresent()) {
            return known.get();
        }
        Optional<byte[]> bytes = Documents.read(store, object);
        if (bytes.isEmpty()) {
            return Markup.of("<p class=\"problem\">The hub cannot read this file; its operator can look with"
                    + " <code>musehub fsck</code>.</p>");
        }
        Markup markup = LineText.isBinary(bytes.get())
                ? Markup.of("<p>Binary file. It can be saved, not shown.</p>") : lines(bytes.get());
        kept.put(object.id(), markup);
        return markup;
    }

    private static Markup lines(byte[] bytes) {
        int count = LineText.count(bytes);
        if (count == 0) {
            return Markup.of("<p class=\"quiet\">An empty file.</p>");
        }
        List<String> lines = LineText.of(bytes).orElseThrow().lines();
        StringBuilder rows = new StringBuilder(bytes.length + 80 * Math.min(count, LINES));
        for (int i = 0; i < Math.min(lines.size(), LINES); i++) {
            int n = i + 1;
            rows.append("<tr id=\"L").append(n).append("\"><td><a href=\"#L").append(n).append("\">").append(n)
                    .append("</a></td><td><code>");
            CodeText.append(rows, lines.get(i).replaceFirst("\\r?\\n$", ""), List.of());
            rows.append("</code></td></tr>\n");
        }
        return Markup.of("<table class=\"code\"><tbody>{}</tbody></table>{}", new Markup(rows.toString()),
                lines.size() <= LINES ? Markup.NONE : Markup.of("<p>And {} more lines, in the raw file.</p>",
                        lines.size() - LINES));
    }
}
