package dev.musehub.pages.files;

import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.pages.Links;
import dev.musehub.pages.Markup;
import dev.musehub.pages.Page;

/** The first page of a repository that nothing has been pushed to. */
public final class EmptyPage {

    private EmptyPage() {
    }

    /** The page; {@code origin} is the scheme and host of this hub. */
    public static Page of(Repository repository, String origin) {
        return new Page(repository.name(), Markup.of("""
                <h1>{}</h1><p>Nothing has been pushed here yet. From a Muse repository of yours:</p>
                <pre class="commands">musehub login {}
                musehub remote add origin {}
                musehub push -u origin</pre>
                """, repository.name(), origin, origin + Links.of(repository).base()));
    }
}
