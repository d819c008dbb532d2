package dev.musehub.server;

import dev.musehub.cli.Version;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Value;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.json.JsonValues;
import dev.musehub.metrics.Metrics;
import dev.musehub.server.access.Access;
import dev.musehub.server.http.Exchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;

/** The requests of operators and their tools. They are answered while the hub stops, too. */
public final class HealthRoutes {

    /** Who may look inside: read {@code /metrics} and the details of {@code /health}. */
    public enum Open {
        /** Requests from this machine that came through no proxy, and operators with their token. */
        LOCAL,
        /** Operators with their token. */
        TOKEN,
        /** Everybody. */
        OPEN
    }

    private final Access access;
    private final Open open;
    private final ObjectStore store;
    private final Readiness readiness;
    private final HubMetrics metrics;
    private final Instant started = Instant.now();
    private volatile boolean draining;

    HealthRoutes(Access access, Open open, ObjectStore store, Readiness readiness, HubMetrics metrics) {
        this.access = access;
        this.open = open;
        this.store = store;
        this.readiness = readiness;
        this.metrics = metrics;
    }

    /** From now on the hub is not ready. */
    void drain() {
        draining = true;
    }

    /** {@code /healthz}: the process answers. */
    void alive(Exchange call) throws IOException {
        call.answer(Value.dict().put("status", "ok").build());
    }

    /** {@code /readyz}: whether the parts answer. Everybody learns which part fails; only the log says why. */
    void ready(Exchange call) throws IOException, InterruptedException {
        Readiness.ReadinessState state = readiness.now();
        boolean ready = state.ready() && !draining;
        if (!state.ready()) {
            call.note("database: " + (state.database().ok() ? "ok" : state.database().failure())
                    + ", store: " + (state.store().ok() ? "ok" : state.store().failure()));
        }
        call.answer(ready ? 200 : 503, Exchange.JSON, JsonValues.encode(Value.dict()
                .put("status", draining ? "draining" : ready ? "ready" : "failing")
                .put("database", state.database().ok() ? "ok" : "failing")
                .put("store", state.store().ok() ? "ok" : "failing")
                .build()));
    }

    /** {@code /health}: the version, and for operators the details. */
    void health(Exchange call) throws IOException, SQLException, InterruptedException {
        Value.Builder body = Value.dict().put("status", draining ? "draining" : "ok").put("version", Version.TEXT)
                .put("protocol", Version.PROTOCOL);
        if (mayLookInside(call)) {
            Readiness.ReadinessState state = readiness.now();
            body.put("java", Runtime.version().toString())
                    .put("started", started.toString())
                    .put("uptime_seconds", Duration.between(started, Instant.now()).toSeconds())
                    .put("database", state.database().ok() ? "ok" : state.database().failure())
                    .put("store", state.store().ok() ? "ok" : state.store().failure())
                    .put("store_kind", store.direct().isPresent() ? "bucket" : "disk")
                    .put("hash_enforcement", store.direct().map(direct -> direct.proof()).orElse("hub"));
            Value.Builder jobs = Value.dict();
            state.database().value().ifPresent(counts -> counts.forEach((name, count) -> jobs.put(name, count)));
            body.put("jobs", jobs.build());
        }
        call.answer(body.build());
    }

    /** {@code /metrics}, for operators. */
    void metrics(Exchange call) throws IOException, SQLException, InterruptedException {
        if (!mayLookInside(call)) {
            throw access.account(call).isPresent()
                    ? new Problem(Problem.Code.FORBIDDEN, "metrics are for operators of this hub")
                    : new Problem(Problem.Code.UNAUTHENTICATED, "metrics are read from the hub's own machine, or with"
                            + " an operator's token");
        }
        call.answer(200, Metrics.CONTENT_TYPE, metrics.text(readiness.now()).getBytes(StandardCharsets.UTF_8));
    }

    private boolean mayLookInside(Exchange call) throws SQLException {
        if (open == Open.OPEN || open == Open.LOCAL && call.fromThisMachine()) {
            return true;
        }
        return access.isOperator(access.account(call));
    }
}
