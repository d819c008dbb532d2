package dev.musehub.http;

import dev.musehub.db.Pool;
import dev.musehub.store.ObjectStore;
import dev.musehub.web.Browse;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The requests for the pages that lead to a file. */
final class BrowseCalls {

    /** Addresses of one part that are the operator's; an owner of such a name has no page. */
    private static final Set<String> WATCHED = Set.of("healthz", "readyz", "health", "metrics");

    private final Access access;
    private final Browse browse;

    BrowseCalls(Access access, Pool pool, ObjectStore store) {
        this.access = access;
        this.browse = new Browse(pool, store);
    }

    /** What {@code path} leads to; empty where it is no page of these. */
    Optional<PageCalls.Answer> route(Call call, List<String> path) {
        boolean get = call.method().equals("GET") || call.method().equals("HEAD");
        if (!get) {
            return Optional.empty();
        }
        return switch (path.size()) {
            case 0 -> PageCalls.when(PageCalls.wantsPage(call), session -> PageCalls.page(call, 200,
                    browse.home(PageCalls.visit(call, session), call.query("after"))));
            // Whoever watches over the hub asks at addresses of one part too, even with a browser.
            case 1 -> PageCalls.when(PageCalls.wantsPage(call) && !WATCHED.contains(path.getFirst()),
                    session -> PageCalls.page(call, 200, browse.owner(PageCalls.visit(call, session), path.getFirst(),
                            call.query("after"))));
            default -> Optional.empty();
        };
    }
}
