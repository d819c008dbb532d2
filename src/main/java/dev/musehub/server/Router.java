package dev.musehub.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.musehub.core.model.Problem;
import dev.musehub.server.access.RateLimiter;
import dev.musehub.server.http.Bodies;
import dev.musehub.server.http.ClientAddress;
import dev.musehub.server.http.Exchange;
import dev.musehub.server.http.Failures;
import dev.musehub.server.http.IdleTimeouts;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Phaser;
import java.util.stream.Collectors;

/** Finds the route of each request, counts and logs it, and refuses what failed. */
final class Router implements HttpHandler {

    private final Routes routes;
    private final HealthRoutes health;
    private final HubMetrics metrics;
    private final HubLog log;
    private final ClientAddress.Trust trust;
    private final RateLimiter shares;
    private final IdleTimeouts stalls;
    private final Bodies bodies;
    private final Phaser running = new Phaser(1);
    private volatile boolean draining;

    Router(Routes routes, HealthRoutes health, HubMetrics metrics, HubLog log, ClientAddress.Trust trust,
            RateLimiter shares, IdleTimeouts stalls, Bodies bodies) {
        this.routes = routes;
        this.health = health;
        this.metrics = metrics;
        this.log = log;
        this.trust = trust;
        this.shares = shares;
        this.stalls = stalls;
        this.bodies = bodies;
    }

    /** The lines of the table that fit a path, whatever the method. */
    private List<Route> at(List<String> path) {
        List<Route> found = new ArrayList<>();
        for (Route route : routes.table()) {
            if (route.at(path)) {
                found.add(route);
            }
        }
        return found;
    }

    private void answer(Exchange call, List<Route> found) throws IOException, SQLException, InterruptedException {
        if (found.isEmpty() || found.getFirst().audience() != Route.Audience.OPERATOR) {
            if (draining) {
                throw new Problem(Problem.Code.SHUTTING_DOWN, "the hub is stopping; try again in a moment");
            }
            shares.request(call.origin().caller());
        }
        List<Route> taking = found.stream().filter(route -> route.takes(call.method())).toList();
        for (Route route : taking) {
            if (route.isFor(call)) {
                call.parameters(route.parameters(call.path()));
                route.handler().answer(call);
                return;
            }
        }
        if (found.isEmpty() || !taking.isEmpty()) {
            throw new Problem(Problem.Code.NOT_FOUND, "there is nothing at this address");
        }
        String allowed = found.stream().map(Route::method).distinct().collect(Collectors.joining(", "));
        call.set("Allow", allowed);
        throw new Problem(Problem.Code.METHOD_NOT_ALLOWED, "use " + allowed + " here").with("allow", allowed);
    }

    /**
     * Makes sure that the hub and a proxy before it see the same requests. The JDK takes {@code +5} for a length, and
     * of a chunk's size only the last 32 bits. So a length has digits only, and behind chunks no other request is read.
     */
    private static void requireOneRequest(HttpExchange exchange) {
        String length = exchange.getRequestHeaders().getFirst("Content-Length");
        boolean odd = length != null && !length.matches("[0-9]+");
        if (odd || exchange.getRequestHeaders().containsKey("Transfer-Encoding")) {
            exchange.getResponseHeaders().set("Connection", "close");
        }
        if (odd) {
            throw new Problem(Problem.Code.BAD_REQUEST, "the Content-Length is no number");
        }
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        long start = System.nanoTime();
        stalls.headArrived();
        Exchange call = new Exchange(exchange, UUID.randomUUID().toString(), ClientAddress.of(exchange, trust), stalls,
                bodies);
        List<Route> found = at(call.path());
        String outcome = "";
        boolean whole = true;
        running.register();
        metrics.begun();
        try {
            requireOneRequest(exchange);
            answer(call, found);
        } catch (Problem | SQLException e) {
            outcome = Failures.logged(e);
            Failures.refuse(call, e);
        } catch (IOException e) {
            outcome = call.clientFailed() ? "connection: " + e.getMessage() : Failures.logged(e);
            if (!call.clientFailed()) {
                Failures.refuse(call, e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            outcome = "interrupted";
        } catch (RuntimeException | Error e) {
            whole = false;
            outcome = call.malformed() ? "malformed chunks" : Failures.logged(e);
            if (!call.malformed()) {
                log.fault(call, e);
                Failures.refuse(call, e);
            }
        } finally {
            call.passRest();
            call.giveBack();
            whole &= closed(exchange);
            running.arriveAndDeregister();
            long nanos = System.nanoTime() - start;
            String route = found.isEmpty() ? Routes.OTHER : found.getFirst().name();
            metrics.ended(call, route, exchange.getResponseCode(), nanos);
            log.request(call, route, exchange.getResponseCode(), outcome, nanos);
        }
        if (!whole) {
            throw new IOException("the server closes the connection of a handler that throws, and only then");
        }
    }

    /** Ends the exchange; false if the server failed to read the rest of a body that is no HTTP. */
    private static boolean closed(HttpExchange exchange) {
        try {
            exchange.close();
            return true;
        } catch (RuntimeException e) {
            return false;
        }
    }

    /** From now on the hub says that it is not ready, while it still answers. */
    void giveNotice() {
        health.drain();
    }

    /** Refuses new requests from now on. */
    void drain() {
        draining = true;
        routes.drain();
    }

    /** Ends the pushes that are still running, with an answer. */
    void endPushes() {
        routes.endPushes();
    }

    /** The number of running requests, with a way to wait for them. */
    Phaser running() {
        return running;
    }
}
