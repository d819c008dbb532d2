package dev.musehub.pages.files;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.pages.Ages;
import dev.musehub.pages.CommitMarkup;
import dev.musehub.pages.Links;
import dev.musehub.pages.Markup;
import dev.musehub.pages.Page;
import dev.musehub.pages.RefSwitcher;
import dev.musehub.pages.files.Trees.Tree;
import dev.musehub.pages.queries.CommitList;
import dev.musehub.pages.queries.CommitList.CommitEntry;
import dev.musehub.pages.queries.PathHistory;
import dev.musehub.pages.queries.PathHistory.HistoryPart;
import dev.musehub.pages.queries.PathHistory.PathChange;
import dev.musehub.pages.queries.PathHistory.PathChangeKind;
import dev.musehub.repositories.RefRows;
import dev.musehub.repositories.RefRows.RefNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The commits that changed one file, a page at a time. */
public final class FileHistoryPage {

    /** Commits shown on a page, and looked at for it. */
    private static final int SHOWN = 30;
    private static final int VISITED = 1_000;

    /** Parts at hand: what lies behind a commit never changes. At most some 5 kB each. */
    private static final int KEPT = 500;

    /** What a part depends on. */
    private record Begin(long repoId, String path, List<Sha256> from) { }

    private final Pool pool;
    private final Trees trees;
    private final Map<Begin, HistoryPart> parts = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Begin, HistoryPart> eldest) {
            return size() > KEPT;
        }
    };

    public FileHistoryPage(Pool pool, Trees trees) {
        this.pool = pool;
        this.trees = trees;
    }

    /**
     * The page.
     *
     * @param from where to go on, as the links of the page before have it
     * @throws Problem {@code not-found} where no commit has ever had the file
     */
    public Page page(Repository repository, String ref, String path, Optional<String> from) throws SQLException {
        Tree tree;
        RefNames names;
        HistoryPart part;
        Map<Sha256, CommitEntry> commits = new HashMap<>();
        try (Connection c = pool.acquire("history")) {
            tree = trees.tree(c, repository.id(), ref);
            names = RefRows.names(c, repository.id(), RefSwitcher.OFFERED + 1);
            part = part(c, new Begin(repository.id(), path, from.map(FileHistoryPage::ids)
                    .filter(ids -> !ids.isEmpty()).orElse(List.of(tree.commit()))));
            CommitList.entries(c, repository.id(), part.found().stream().map(PathChange::commit).toList())
                    .forEach(commit -> commits.put(commit.id(), commit));
        }
        if (part.found().isEmpty() && part.next().isEmpty() && from.isEmpty()) {
            throw new Problem(Problem.Code.NOT_FOUND, "there is no file '" + path + "' in " + ref + ", and never was");
        }
        Links links = Links.of(repository);
        return new Page("History of " + path, Markup.of("<h1 class=\"unseen\">History of {}</h1>{}<p class=\"quiet\">"
                        + "Commits that changed this file. <a href=\"{}\">The file</a></p>{}{}", path,
                RefBar.of(links, repository.slug(), tree, names, path, other -> links.history(other, path)),
                links.blob(ref, path), list(links, path, part, commits), older(links.history(ref, path), part)));
    }

    private HistoryPart part(Connection c, Begin begin) throws SQLException {
        Optional<HistoryPart> known;
        synchronized (parts) {
            known = Optional.ofNullable(parts.get(begin));
        }
        if (known.isPresent()) {
            return known.get();
        }
        HistoryPart part = PathHistory.part(c, begin.repoId(), begin.path(), begin.from(), SHOWN, VISITED);
        synchronized (parts) {
            parts.put(begin, part);
        }
        return part;
    }

    /** What a link of ours holds; what is none is left out. */
    private static List<Sha256> ids(String text) {
        return Arrays.stream(text.split(",")).limit(PathHistory.LINES).flatMap(hex -> Sha256.parseHex(hex).stream())
                .toList();
    }

    private static Markup list(Links links, String path, HistoryPart part, Map<Sha256, CommitEntry> commits) {
        Instant now = Instant.now();
        List<Markup> items = new ArrayList<>();
        for (PathChange found : part.found()) {
            // One that is not here was collected in this moment.
            if (commits.containsKey(found.commit())) {
                items.add(item(links, path, found.how(), commits.get(found.commit()), now));
            }
        }
        return items.isEmpty() ? Markup.of("<p>None of the last {} commits did.</p>", part.visited())
                : Markup.of("<ol class=\"log\">{}</ol>", items);
    }

    private static Markup item(Links links, String path, PathChangeKind how, CommitEntry commit, Instant now) {
        Markup then = how == PathChangeKind.DELETED ? Markup.NONE
                : Markup.of("<a class=\"then\" href=\"{}\">File then</a>", links.blob(commit.id().hex(), path));
        return Markup.of("<li><div class=\"what\">{}{}</div><div class=\"byline\">{} &middot; {}</div>{}</li>\n",
                CommitMarkup.title(commit, links.commit(commit.id()) + "?file=" + Links.segment(path)), how(how),
                CommitMarkup.author(commit.author()), Ages.of(commit.at(), now), then);
    }

    private static Markup how(PathChangeKind how) {
        return switch (how) {
            case ADDED -> Markup.of(" <span class=\"badge feat\">added</span>");
            case DELETED -> Markup.of(" <span class=\"badge breaking\">deleted</span>");
            case CHANGED -> Markup.NONE;
        };
    }

    private static Markup older(String address, HistoryPart part) {
        return part.next().isEmpty() ? Markup.NONE : Markup.of(
                "<p class=\"pages\"><a rel=\"next\" href=\"{}?from={}\">Older &rarr;</a></p>", address,
                part.next().stream().map(Sha256::hex).collect(Collectors.joining(",")));
    }
}
