package dev.musehub.server.browser;

import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.pages.Page;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;

/** What a browser gets. */
public sealed interface PageAnswer {

    /** Makes the answers of one route. */
    interface PageHandler {
        PageAnswer answer(PageRequest request) throws IOException, SQLException, InterruptedException;
    }

    /** A page in the frame of all pages; with the tabs of a repository if it is about one. */
    record FramedPage(int status, Optional<Repository> repository, Page page) implements PageAnswer { }

    /** Another address, to be asked with {@code GET}. */
    record Redirect(String address) implements PageAnswer { }

    /** The handler has written the answer itself: it is no page. */
    record Written() implements PageAnswer { }

    static PageAnswer of(Page page) {
        return new FramedPage(200, Optional.empty(), page);
    }

    static PageAnswer of(Repository repository, Page page) {
        return new FramedPage(200, Optional.of(repository), page);
    }
}
