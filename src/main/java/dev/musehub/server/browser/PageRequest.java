package dev.musehub.server.browser;

import dev.musehub.core.model.Role;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.pages.Links;
import dev.musehub.pages.Visit;
import dev.musehub.server.access.Access;
import dev.musehub.server.access.Session;
import dev.musehub.server.http.Exchange;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A request of a browser, and who is signed in. */
public record PageRequest(Exchange call, Session session, Access access) {

    /**
     * The repository of the path, for reading.
     *
     * @throws dev.musehub.core.model.Problem {@code not-found} if there is none, or none for this reader
     */
    Repository repository() throws SQLException {
        return access.readable(session.viewer(), call.owner(), call.slug());
    }

    /** Whether the viewer owns the repository of the path or is a member of it. */
    boolean isMember() throws SQLException {
        return access.seen(session.viewer(), call.owner(), call.slug()).role().includes(Role.READER);
    }

    /** What the page needs to know about this look at it. */
    Visit visit() {
        return new Visit(session.viewer(), session.csrf(),
                call.path().stream().map(Links::segment).collect(Collectors.joining("/", "/", "")),
                query("view").filter("split"::equals).isPresent(), query("file").filter(path -> !path.isEmpty()));
    }

    /** A parameter of the query. */
    Optional<String> query(String name) {
        return call.query(name);
    }

    /** A parameter of the query that is a number; {@code otherwise} if it is absent or no number. */
    long number(String name, long otherwise) {
        return query(name).filter(n -> n.matches("[0-9]{1,18}")).map(Long::parseLong).orElse(otherwise);
    }

    /**
     * The fields of the form, which a page of this hub sent.
     *
     * @throws dev.musehub.core.model.Problem {@code forbidden} if it did not
     */
    Map<String, String> form() {
        return session.form(call);
    }
}
