package dev.musehub.pages;

import dev.musehub.core.model.Problem;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.pages.files.Documents;
import dev.musehub.pages.files.FileHistoryPage;
import dev.musehub.pages.files.FilePage;
import dev.musehub.pages.files.TreePage;
import dev.musehub.pages.files.Trees;
import dev.musehub.pages.repository.HomePage;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;

/** The pages that lead to a file: home, an owner, a repository's directories, the file and its history. */
public final class Browse {

    private final HomePage home;
    private final TreePage trees;
    private final FilePage files;
    private final FileHistoryPage histories;

    public Browse(Pool pool, ObjectStore store) {
        Trees manifests = new Trees();
        Documents documents = new Documents(store);
        this.home = new HomePage(pool);
        this.trees = new TreePage(pool, manifests, documents);
        this.files = new FilePage(pool, store, manifests, documents);
        this.histories = new FileHistoryPage(pool, manifests);
    }

    /** What becomes of a request for a page. */
    public sealed interface PageOutcome {
        /** The page. */
        record Html(String html) implements PageOutcome { }

        /** It is another page that should be asked for. */
        record Elsewhere(String address) implements PageOutcome { }
    }

    /**
     * The repositories one may see.
     *
     * @param after behind which they begin, as the links of these pages have it
     * @param hub the address that this hub is reached at
     */
    public String home(Visit visit, Optional<String> after, String hub) throws SQLException {
        return Layout.of(visit, Optional.empty(), home.home(visit, after, hub));
    }

    /** The repositories of {@code owner} that one may see, likewise. */
    public String owner(Visit visit, String owner, Optional<String> after, String hub) throws SQLException {
        return Layout.of(visit, Optional.empty(), home.owner(visit, owner, after, hub));
    }

    /** The first page of a repository; {@code origin} is the scheme and host that this hub is reached at. */
    public PageOutcome repository(Visit visit, Repository repository, String origin) throws SQLException, IOException {
        if (repository.defaultBranch().isEmpty()) {
            return html(visit, repository, empty(repository, origin));
        }
        return tree(visit, repository, repository.defaultBranch().get(), "", Optional.empty(), origin);
    }

    /**
     * A directory of what {@code ref} names, its entries behind the one with the key {@code after}.
     *
     * @throws Problem {@code not-found}
     */
    public PageOutcome tree(Visit visit, Repository repository, String ref, String path, Optional<String> after,
            String origin) throws SQLException, IOException {
        Optional<Page> page = trees.page(new TreePage.TreeQuery(repository, ref, path, after, origin));
        return page.isPresent() ? html(visit, repository, page.get())
                : new PageOutcome.Elsewhere(Links.of(repository).blob(ref, path));
    }

    /**
     * A file of what {@code ref} names; as it was written where {@code source} says so, else as it is meant to be seen.
     *
     * @throws Problem {@code not-found}
     */
    public PageOutcome file(Visit visit, Repository repository, String ref, String path, boolean source)
            throws SQLException, IOException {
        Optional<Page> page = files.page(new FilePage.FileQuery(repository, ref, path, source));
        return page.isPresent() ? html(visit, repository, page.get())
                : new PageOutcome.Elsewhere(Links.of(repository).tree(ref, path));
    }

    /**
     * The commits that changed a file; {@code from} is where to go on, as the links of these pages have it.
     *
     * @throws Problem {@code not-found}
     */
    public PageOutcome history(Visit visit, Repository repository, String ref, String path, Optional<String> from)
            throws SQLException {
        return html(visit, repository, histories.page(repository, ref, path, from));
    }

    private static PageOutcome html(Visit visit, Repository repository, Page page) {
        return new PageOutcome.Html(Layout.of(visit, Optional.of(repository), page));
    }

    private static Page empty(Repository repository, String origin) {
        return new Page(repository.name(), Markup.of("""
                <h1>{}</h1><p>Nothing has been pushed here yet. From a Muse repository of yours:</p>
                <pre class="commands">musehub login {}
                musehub remote add origin {}
                musehub push -u origin</pre>
                """, repository.name(), origin, origin + Links.of(repository).base()));
    }
}
