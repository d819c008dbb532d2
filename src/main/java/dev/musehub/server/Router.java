package dev.musehub.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.musehub.core.io.MemoryBudget;
import dev.musehub.core.model.Problem;
import dev.musehub.core.rows.SqlProblems;
import dev.musehub.server.access.RateLimiter;
import dev.musehub.server.api.CommentRoutes;
import dev.musehub.server.api.EchoRoute;
import dev.musehub.server.api.LabelRoutes;
import dev.musehub.server.api.MemberRoutes;
import dev.musehub.server.api.OwnerRoutes;
import dev.musehub.server.api.PresignRoutes;
import dev.musehub.server.api.RepositoryRoutes;
import dev.musehub.server.browser.PageRoutes;
import dev.musehub.server.http.ClientAddress;
import dev.musehub.server.http.Exchange;
import dev.musehub.server.http.IdleTimeouts;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Phaser;

/** Every route, and the one place where what goes wrong becomes an answer. */
final class Router implements HttpHandler {

    /** What the first protocol offered, and what to use instead. */
    private static final Map<String, String> REMOVED = Map.of(
            "push", "push/stream",
            "filter-objects", "push/presign",
            "presign-objects", "push/presign",
            "push/objects", "push/stream",
            "push/object-pack", "push/stream",
            "push/objects/confirm", "push/confirm");

    /** Bytes of a body that nobody wanted which are read, so that its connection can be used again. */
    private static final long REST_BYTES = 64 << 10;

    private final RepositoryRoutes calls;
    private final PresignRoutes direct;
    private final LabelRoutes labels;
    private final OwnerRoutes owners;
    private final CommentRoutes comments;
    private final MemberRoutes members;
    private final PageRoutes pages;
    private final HealthRoutes operation;
    private final EchoRoute echo;
    private final HubMetrics metrics;
    private final HubLog log;
    private final ClientAddress.Trust trust;
    private final RateLimiter shares;
    private final IdleTimeouts stalls;
    private final MemoryBudget budget;
    private final Phaser running = new Phaser(1);
    private volatile boolean draining;

    Router(RepositoryRoutes calls, PresignRoutes direct, LabelRoutes labels, OwnerRoutes owners, CommentRoutes comments,
            MemberRoutes members, PageRoutes pages, HealthRoutes operation, EchoRoute echo, HubMetrics metrics,
            HubLog log, ClientAddress.Trust trust, RateLimiter shares, IdleTimeouts stalls, MemoryBudget budget) {
        this.calls = calls;
        this.direct = direct;
        this.labels = labels;
        this.owners = owners;
        this.comments = comments;
        this.members = members;
        this.pages = pages;
        this.operation = operation;
        this.echo = echo;
        this.metrics = metrics;
        this.log = log;
        this.trust = trust;
        this.shares = shares;
        this.stalls = stalls;
        this.budget = budget;
    }

    private void route(Exchange call) throws IOException, SQLException, InterruptedException {
        if (HealthRoutes.concerns(call)) {
            operation.answer(call);
            return;
        }
        shares.request(call.remoteAddress());
        if (pages.answer(call)) {
            return;
        }
        List<String> path = call.path();
        if (path.size() < 2) {
            throw notFound();
        }
        if (path.getFirst().equals("-")) {
            account(call, path);
            return;
        }
        if (path.size() == 2 && call.method().equals("DELETE")) {
            owners.delete(call, path.get(0), path.get(1));
            return;
        }
        if (path.size() < 3) {
            throw notFound();
        }
        String owner = path.get(0);
        String slug = path.get(1);
        String rest = String.join("/", path.subList(2, path.size()));
        switch (rest) {
            case "refs" -> {
                allow(call, "GET");
                calls.refs(call, owner, slug);
            }
            case "lost" -> {
                allow(call, "GET");
                calls.lost(call, owner, slug);
            }
            case "push/presign" -> {
                allow(call, "POST");
                direct.presign(call, owner, slug);
            }
            case "push/parts" -> {
                allow(call, "POST");
                direct.parts(call, owner, slug);
            }
            case "push/confirm" -> {
                allow(call, "POST");
                direct.confirm(call, owner, slug);
            }
            case "fetch/presign" -> {
                allow(call, "POST");
                direct.downloads(call, owner, slug);
            }
            case "push/stream" -> {
                allow(call, "POST");
                calls.push(call, owner, slug);
            }
            case "fetch" -> {
                allow(call, "POST");
                calls.fetch(call, owner, slug);
            }
            case "fetch/objects" -> {
                allow(call, "POST");
                calls.fetchObjects(call, owner, slug);
            }
            case "tags" -> {
                switch (call.method()) {
                    case "GET", "HEAD" -> labels.list(call, owner, slug);
                    case "POST" -> labels.add(call, owner, slug);
                    default -> throw notAllowed("GET, POST");
                }
            }
            case "reflog" -> {
                allow(call, "GET");
                owners.reflog(call, owner, slug);
            }
            case "insights" -> {
                allow(call, "GET");
                owners.insights(call, owner, slug);
            }
            case "settings" -> {
                switch (call.method()) {
                    case "GET", "HEAD" -> owners.settings(call, owner, slug);
                    case "POST" -> owners.changeSettings(call, owner, slug);
                    default -> throw notAllowed("GET, POST");
                }
            }
            case "members" -> {
                switch (call.method()) {
                    case "GET", "HEAD" -> members.list(call, owner, slug);
                    case "POST" -> members.add(call, owner, slug);
                    default -> throw notAllowed("GET, POST");
                }
            }
            default -> {
                if (path.get(2).equals("members") && path.size() == 4) {
                    allow(call, "DELETE");
                    members.remove(call, owner, slug, path.get(3));
                    return;
                }
                if (path.get(2).equals("branches") && path.size() > 3) {
                    allow(call, "DELETE");
                    owners.deleteBranch(call, owner, slug, String.join("/", path.subList(3, path.size())));
                    return;
                }
                if (path.get(2).equals("commits") && path.size() > 4 && path.get(4).equals("comments")) {
                    comments(call, path);
                    return;
                }
                if (REMOVED.containsKey(rest)) {
                    throw new Problem(Problem.Code.GONE, "this path belonged to the first protocol; use "
                            + REMOVED.get(rest)).with("use", REMOVED.get(rest));
                }
                throw notFound();
            }
        }
    }

    /** {@code commits/ID/comments} and {@code commits/ID/comments/N}. */
    private void comments(Exchange call, List<String> path) throws IOException, SQLException {
        String commit = path.get(3);
        if (path.size() == 6) {
            allow(call, "DELETE");
            comments.remove(call, path.get(0), path.get(1), commit, path.get(5));
            return;
        }
        if (path.size() > 6) {
            throw notFound();
        }
        switch (call.method()) {
            case "GET", "HEAD" -> comments.list(call, path.get(0), path.get(1), commit);
            case "POST" -> comments.add(call, path.get(0), path.get(1), commit);
            default -> throw notAllowed("GET, POST");
        }
    }

    private static void allow(Exchange call, String method) {
        boolean head = call.method().equals("HEAD") && method.equals("GET");
        if (!call.method().equals(method) && !head) {
            throw notAllowed(method);
        }
    }

    private static Problem notAllowed(String methods) {
        return new Problem(Problem.Code.METHOD_NOT_ALLOWED, "use " + methods + " here").with("allow", methods);
    }

    /** What belongs to the caller rather than to a repository; no owner can be called {@code -}. */
    private void account(Exchange call, List<String> path) throws IOException, SQLException, InterruptedException {
        if (path.size() == 2 && path.get(1).equals("echo")) {
            echo.answer(call);
            return;
        }
        if (!path.get(1).equals("keys") || path.size() > 3) {
            throw notFound();
        }
        if (path.size() == 3) {
            allow(call, "DELETE");
            owners.removeKey(call, path.get(2));
            return;
        }
        switch (call.method()) {
            case "GET", "HEAD" -> owners.keys(call);
            case "POST" -> owners.addKey(call);
            default -> throw notAllowed("GET, POST");
        }
    }

    private static Problem notFound() {
        return new Problem(Problem.Code.NOT_FOUND, "there is nothing at this address");
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        long start = System.nanoTime();
        stalls.headArrived();
        Exchange call = new Exchange(exchange, UUID.randomUUID().toString(), ClientAddress.of(exchange, trust), stalls, budget.hold());
        String outcome = "";
        boolean whole = true;
        running.register();
        metrics.begun();
        try {
            if (draining && !HealthRoutes.concerns(call)) {
                throw new Problem(Problem.Code.SHUTTING_DOWN, "the hub is stopping; try again in a moment");
            }
            route(call);
        } catch (Problem e) {
            outcome = e.code().text();
            refuse(call, e);
        } catch (SQLException e) {
            outcome = "database: " + e.getMessage();
            refuse(call, SqlProblems.of(e));
        } catch (IOException e) {
            outcome = "connection: " + e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            outcome = "interrupted";
        } catch (RuntimeException | Error e) {
            whole = false;
            if (call.malformed()) {
                outcome = "malformed chunks";
            } else {
                // Our own fault: told in full to the operator, and to the client only that it happened.
                log.fault(call, e);
                outcome = "fault";
                refuse(call, new Problem(Problem.Code.INTERNAL, "the hub failed at this request; tell the operator"
                        + " request " + call.requestId()));
            }
        } finally {
            call.passRest(REST_BYTES);
            call.giveBack();
            whole &= closed(exchange);
            running.arriveAndDeregister();
            long nanos = System.nanoTime() - start;
            metrics.ended(call, exchange.getResponseCode(), nanos);
            log.request(call, exchange.getResponseCode(), outcome, nanos);
        }
        if (!whole) {
            throw new IOException("the server closes the connection of a handler that throws, and only then");
        }
    }

    /** Ends the exchange; false where the server fails at reading what is left of a body that is no HTTP. */
    private static boolean closed(HttpExchange exchange) {
        try {
            exchange.close();
            return true;
        } catch (RuntimeException e) {
            return false;
        }
    }

    private static void refuse(Exchange call, Problem e) {
        if (!call.answered()) {
            try {
                call.refuse(e);
            } catch (IOException gone) {
                // The client has left; the log line tells what it was.
            }
        }
    }

    /** From now on the hub says that it is not ready, while it still answers. */
    void giveNotice() {
        operation.drain();
    }

    /** Refuses new requests from now on. */
    void drain() {
        draining = true;
        pages.drain();
    }

    /** The number of running requests, with a way to wait for them. */
    Phaser running() {
        return running;
    }
}
