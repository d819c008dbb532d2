package dev.musehub.web;

import dev.musehub.db.Pool;
import dev.musehub.store.ObjectStore;
import dev.musehub.web.Site.Visit;
import java.sql.SQLException;
import java.util.Optional;

/** The pages that lead to a file: home, an owner, a repository's directories, the file and its history. */
public final class Browse {

    private final HomePage home;

    public Browse(Pool pool, ObjectStore store) {
        this.home = new HomePage(pool);
    }

    /** The repositories one may see, those behind {@code after} where it is given. */
    public String home(Visit visit, Optional<String> after) throws SQLException {
        return Layout.of(visit, Optional.empty(), home.home(visit, after));
    }

    /** The repositories of {@code owner} that one may see. */
    public String owner(Visit visit, String owner, Optional<String> after) throws SQLException {
        return Layout.of(visit, Optional.empty(), home.owner(visit, owner, after));
    }
}
