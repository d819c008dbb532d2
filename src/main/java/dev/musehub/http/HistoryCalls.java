package dev.musehub.http;

import dev.musehub.db.Pool;
import dev.musehub.db.RepositoryRows.Repository;
import dev.musehub.model.Problem;
import dev.musehub.model.Sha256;
import dev.musehub.web.HistoryPages;
import dev.musehub.web.HistoryPages.Place;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The pages that list: commits, branches and their moves, tags and releases, what a search finds. */
final class HistoryCalls {

    private final Access access;
    private final HistoryPages pages;

    HistoryCalls(Access access, Pool pool) {
        this.access = access;
        this.pages = new HistoryPages(pool);
    }

    /** A list of one repository. */
    private interface Listing {
        String of(Repository repository) throws SQLException;
    }

    /** Each page by its path. */
    Optional<PageCalls.Answer> route(Call call, List<String> path) {
        boolean get = call.method().equals("GET") || call.method().equals("HEAD");
        if (path.size() < 3 || !get) {
            return Optional.empty();
        }
        boolean whole = path.size() == 3;
        return switch (path.get(2)) {
            case "commits" -> PageCalls.when(whole, session -> answer(call, session,
                    repository -> pages.commits(PageCalls.visit(call, session), repository, call.query("ref"),
                            place(call))));
            case "branches" -> PageCalls.when(whole, session -> answer(call, session,
                    repository -> pages.branches(PageCalls.visit(call, session), repository, call.query("after"))));
            case "reflog" -> PageCalls.when(!whole || PageCalls.wantsPage(call), session -> answer(call, session,
                    repository -> pages.reflog(PageCalls.visit(call, session), repository, Optional.of(String.join("/",
                            path.subList(3, path.size()))).filter(name -> !name.isEmpty()), before(call))));
            case "releases" -> PageCalls.when(whole, session -> answer(call, session,
                    repository -> pages.releases(PageCalls.visit(call, session), repository, label(call, "release"),
                            label(call, "tag"))));
            case "search" -> PageCalls.when(whole, session -> answer(call, session,
                    repository -> pages.search(PageCalls.visit(call, session), repository, question(call),
                            call.query("after").map(HistoryCalls::id))));
            default -> Optional.empty();
        };
    }

    private void answer(Call call, Session session, Listing listing) throws IOException, SQLException {
        Repository repository = access.readable(session.viewer(), call.path().get(0), call.path().get(1));
        PageCalls.page(call, 200, listing.of(repository));
    }

    /** Where in a list the page begins. */
    private static Place place(Call call) {
        return call.query("before").<Place>map(text -> new Place.Before(id(text)))
                .or(() -> call.query("after").map(text -> new Place.After(id(text))))
                .orElse(new Place.Start());
    }

    private static Sha256 id(String text) {
        return Sha256.parseHex(text).orElseThrow(() -> new Problem(Problem.Code.INVALID_ID,
                "a list goes on behind a commit, which is named by its " + Sha256.HEX_LENGTH + " hex digits"));
    }

    private static long before(Call call) {
        return call.query("before").filter(n -> n.matches("[0-9]{1,18}")).map(Long::parseLong).orElse(Long.MAX_VALUE);
    }

    private static Optional<UUID> label(Call call, String parameter) {
        try {
            return call.query(parameter).map(UUID::fromString);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** What was typed into the form: browsers send its blanks as plus signs. */
    private static String question(Call call) {
        return call.formQuery("q").orElse("");
    }
}
