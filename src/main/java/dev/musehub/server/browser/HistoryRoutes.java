package dev.musehub.server.browser;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.pages.HistoryPages;
import dev.musehub.pages.history.CommitListPage.CommitPosition;
import dev.musehub.server.access.Access;
import dev.musehub.server.access.Session;
import dev.musehub.server.http.Exchange;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The pages that list: commits, branches and their moves, tags and releases, what a search finds. */
final class HistoryRoutes {

    private final Access access;
    private final HistoryPages pages;

    HistoryRoutes(Access access, Pool pool) {
        this.access = access;
        this.pages = new HistoryPages(pool);
    }

    /** A list of one repository. */
    private interface Listing {
        String of(Repository repository) throws SQLException;
    }

    /** Each page by its path. */
    Optional<PageRoutes.PageHandler> route(Exchange call, List<String> path) {
        boolean get = call.method().equals("GET") || call.method().equals("HEAD");
        if (path.size() < 3 || !get) {
            return Optional.empty();
        }
        boolean whole = path.size() == 3;
        return switch (path.get(2)) {
            case "commits" -> PageRoutes.when(whole, session -> answer(call, session,
                    repository -> pages.commits(PageRoutes.visit(call, session), repository, call.query("ref"),
                            place(call))));
            case "branches" -> PageRoutes.when(whole, session -> answer(call, session,
                    repository -> pages.branches(PageRoutes.visit(call, session), repository, call.query("after"))));
            case "reflog" -> PageRoutes.when(!whole || PageRoutes.wantsPage(call), session -> answer(call, session,
                    repository -> pages.reflog(PageRoutes.visit(call, session), repository, Optional.of(String.join("/",
                            path.subList(3, path.size()))).filter(name -> !name.isEmpty()), before(call))));
            case "releases" -> PageRoutes.when(whole, session -> answer(call, session,
                    repository -> pages.releases(PageRoutes.visit(call, session), repository, label(call, "release"),
                            label(call, "tag"))));
            case "search" -> PageRoutes.when(whole, session -> answer(call, session,
                    repository -> pages.search(PageRoutes.visit(call, session), repository, question(call),
                            call.query("after").map(HistoryRoutes::id))));
            default -> Optional.empty();
        };
    }

    private void answer(Exchange call, Session session, Listing listing) throws IOException, SQLException {
        Repository repository = access.readable(session.viewer(), call.path().get(0), call.path().get(1));
        PageRoutes.page(call, 200, listing.of(repository));
    }

    /** Where in a list the page begins. */
    private static CommitPosition place(Exchange call) {
        return call.query("before").<CommitPosition>map(text -> new CommitPosition.Before(id(text)))
                .or(() -> call.query("after").map(text -> new CommitPosition.After(id(text))))
                .orElse(new CommitPosition.Start());
    }

    private static Sha256 id(String text) {
        return Sha256.parseHex(text).orElseThrow(() -> new Problem(Problem.Code.INVALID_ID,
                "a list goes on behind a commit, which is named by its " + Sha256.HEX_LENGTH + " hex digits"));
    }

    private static long before(Exchange call) {
        return call.query("before").filter(n -> n.matches("[0-9]{1,18}")).map(Long::parseLong).orElse(Long.MAX_VALUE);
    }

    private static Optional<UUID> label(Exchange call, String parameter) {
        try {
            return call.query(parameter).map(UUID::fromString);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** What was typed into the form: browsers send its blanks as plus signs. */
    private static String question(Exchange call) {
        return call.formQuery("q").orElse("");
    }
}
