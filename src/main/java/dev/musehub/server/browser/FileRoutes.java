package dev.musehub.server.browser;

import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.pages.Links;
import dev.musehub.pages.Page;
import dev.musehub.pages.files.Documents;
import dev.musehub.pages.files.EmptyPage;
import dev.musehub.pages.files.FileHistoryPage;
import dev.musehub.pages.files.FilePage;
import dev.musehub.pages.files.TreePage;
import dev.musehub.pages.files.Trees;
import dev.musehub.pages.repository.HomePage;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;

/** The pages that lead to a file: home, an owner, the directories of a repository, the file and its history. */
public final class FileRoutes {

    private final HomePage home;
    private final TreePage trees;
    private final FilePage files;
    private final FileHistoryPage histories;

    public FileRoutes(Pool pool, ObjectStore store) {
        Trees manifests = new Trees();
        Documents documents = new Documents(store);
        this.home = new HomePage(pool);
        this.trees = new TreePage(pool, manifests, documents);
        this.files = new FilePage(pool, store, manifests, documents);
        this.histories = new FileHistoryPage(pool, manifests);
    }

    /** {@code /?after=PLACE}: the repositories that the reader may see. */
    public PageAnswer home(PageRequest request) throws SQLException {
        return PageAnswer.of(home.home(request.visit(), request.query("after"), request.call().origin().url()));
    }

    /** {@code /OWNER?after=PLACE}: those of one owner. */
    public PageAnswer owner(PageRequest request) throws SQLException {
        return PageAnswer.of(home.owner(request.visit(), request.call().owner(), request.query("after"),
                request.call().origin().url()));
    }

    /** {@code /OWNER/NAME}: the root directory of the default branch. */
    public PageAnswer repository(PageRequest request) throws IOException, SQLException {
        Repository repository = request.repository();
        return repository.defaultBranch().isEmpty()
                ? PageAnswer.of(repository, EmptyPage.of(repository, request.call().origin().url()))
                : tree(request, repository, repository.defaultBranch().get(), "");
    }

    /** {@code tree/REF/PATH?after=KEY}: a directory. */
    public PageAnswer tree(PageRequest request) throws IOException, SQLException {
        return tree(request, request.repository(), request.call().parameter("ref"), path(request));
    }

    private PageAnswer tree(PageRequest request, Repository repository, String ref, String path)
            throws IOException, SQLException {
        Optional<Page> page = trees.page(new TreePage.TreeQuery(repository, ref, path,
                request.query("after").filter(key -> !key.isEmpty()), request.call().origin().url()));
        return page.map(it -> PageAnswer.of(repository, it))
                .orElseGet(() -> new PageAnswer.Redirect(Links.of(repository).blob(ref, path)));
    }

    /** {@code blob/REF/PATH?view=source}: a file. */
    public PageAnswer file(PageRequest request) throws IOException, SQLException {
        Repository repository = request.repository();
        String ref = request.call().parameter("ref");
        Optional<Page> page = files.page(new FilePage.FileQuery(repository, ref, path(request),
                request.query("view").filter("source"::equals).isPresent()));
        return page.map(it -> PageAnswer.of(repository, it))
                .orElseGet(() -> new PageAnswer.Redirect(Links.of(repository).tree(ref, path(request))));
    }

    /** {@code history/REF/PATH?from=IDS}: the commits that changed a file. */
    public PageAnswer history(PageRequest request) throws SQLException {
        Repository repository = request.repository();
        return PageAnswer.of(repository, histories.page(repository, request.call().parameter("ref"), path(request),
                request.query("from")));
    }

    private static String path(PageRequest request) {
        return request.call().parameter("path");
    }
}
