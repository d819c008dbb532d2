package dev.musehub.server.browser;

import dev.musehub.core.model.Problem;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.pages.Browse;
import dev.musehub.pages.Browse.PageOutcome;
import dev.musehub.server.access.Access;
import dev.musehub.server.access.Session;
import dev.musehub.server.browser.PageRoutes.PageHandler;
import dev.musehub.server.http.Exchange;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The requests for the pages that lead to a file. */
final class FileRoutes {

    /** Addresses of one part that are the operator's; an owner of such a name has no page. */
    private static final Set<String> WATCHED = Set.of("healthz", "readyz", "health", "metrics");

    private final Access access;
    private final Browse browse;

    FileRoutes(Access access, Pool pool, ObjectStore store) {
        this.access = access;
        this.browse = new Browse(pool, store);
    }

    /** What {@code path} leads to; empty where it is no page of these. */
    Optional<PageHandler> route(Exchange call, List<String> path) {
        if (!call.method().equals("GET") && !call.method().equals("HEAD")) {
            return Optional.empty();
        }
        boolean page = PageRoutes.wantsPage(call);
        return switch (path.size()) {
            case 0 -> PageRoutes.when(page, session -> PageRoutes.page(call, 200,
                    browse.home(PageRoutes.visit(call, session), call.query("after"), call.hubUrl())));
            // Whoever watches over the hub asks at addresses of one part too, even with a browser.
            case 1 -> PageRoutes.when(page && !WATCHED.contains(path.getFirst()), session -> PageRoutes.page(call, 200,
                    browse.owner(PageRoutes.visit(call, session), path.getFirst(), call.query("after"), call.hubUrl())));
            case 2 -> PageRoutes.when(page && !path.getFirst().equals("-"), session -> answer(call,
                    browse.repository(PageRoutes.visit(call, session), repository(call, session), call.hubUrl())));
            default -> switch (path.get(2)) {
                case "tree" -> PageRoutes.when(path.size() > 3, session -> tree(call, session, path));
                case "blob" -> PageRoutes.when(path.size() > 4, session -> answer(call,
                        browse.file(PageRoutes.visit(call, session), repository(call, session), path.get(3), rest(path),
                                call.query("view").filter("source"::equals).isPresent())));
                case "history" -> PageRoutes.when(path.size() > 4, session -> answer(call,
                        browse.history(PageRoutes.visit(call, session), repository(call, session), path.get(3),
                                rest(path), call.query("from"))));
                default -> Optional.empty();
            };
        };
    }

    private Repository repository(Exchange call, Session session) throws SQLException {
        return access.readable(session.viewer(), call.path().get(0), call.path().get(1));
    }

    private void tree(Exchange call, Session session, List<String> path) throws IOException, SQLException {
        answer(call, browse.tree(PageRoutes.visit(call, session), repository(call, session), path.get(3), rest(path),
                call.query("after").filter(key -> !key.isEmpty()), call.hubUrl()));
    }

    /** The path within the repository; a part that was not decodable matches nothing. */
    private static String rest(List<String> path) {
        if (path.contains("")) {
            throw new Problem(Problem.Code.NOT_FOUND, "there is nothing at this address");
        }
        return String.join("/", path.subList(4, path.size()));
    }

    private static void answer(Exchange call, PageOutcome outcome) throws IOException {
        switch (outcome) {
            case PageOutcome.Html(String html) -> PageRoutes.page(call, 200, html);
            case PageOutcome.Elsewhere(String address) -> PageRoutes.redirect(call, address);
        }
    }
}
