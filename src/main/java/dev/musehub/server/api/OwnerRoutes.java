package dev.musehub.server.api;

import dev.musehub.core.model.Account;
import dev.musehub.core.model.BranchNames;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.wire.Limits;
import dev.musehub.files.Nearest;
import dev.musehub.jobs.InsightRows;
import dev.musehub.jobs.JobKind;
import dev.musehub.json.JsonValues;
import dev.musehub.repositories.Branches;
import dev.musehub.repositories.Reflog;
import dev.musehub.repositories.RepositorySettings;
import dev.musehub.server.access.Access;
import dev.musehub.server.http.Exchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** The requests of owners: the log of branch moves, insights, settings, and deleting a branch or the repository. */
public final class OwnerRoutes {

    private static final int LOG_PAGE = 100;

    private final Pool pool;
    private final Limits limits;
    private final Access access;
    private final Branches branches;
    private final RepositorySettings settings;

    public OwnerRoutes(Pool pool, Limits limits, Access access, RepositorySettings settings) {
        this.pool = pool;
        this.limits = limits;
        this.access = access;
        this.branches = new Branches(pool);
        this.settings = settings;
    }

    /** {@code GET reflog?branch=NAME&before=ID}: who moved which branch from where to where, newest first. */
    public void reflog(Exchange call) throws IOException, SQLException {
        Repository repository = access.readable(call, call.owner(), call.slug());
        long before = call.query("before").map(OwnerRoutes::number).orElse(Long.MAX_VALUE);
        List<Reflog.Move> moves;
        try (Connection c = pool.acquire("reflog")) {
            moves = Reflog.latest(c, repository.id(), call.query("branch").map(BranchNames::check), before,
                    LOG_PAGE);
        }
        call.answer(Value.dict().put("moves", new Value.Array(moves.stream().<Value>map(m -> Value.dict()
                .put("id", m.id()).put("branch", m.branch()).put("old", Value.of(m.from())).put("new", Value.of(m.to()))
                .put("forced", m.forced()).put("user", m.user()).put("at", m.at().toInstant().toString())
                .build()).toList())).build());
    }

    /** {@code GET insights}: what jobs have counted, each with the head it was counted up to. */
    public void insights(Exchange call) throws IOException, SQLException {
        Repository repository = access.readable(call, call.owner(), call.slug());
        Value.Builder answer = Value.dict();
        try (Connection c = pool.acquire("insights")) {
            for (InsightRows.Insight insight : InsightRows.finished(c, repository.id(), JobKind.PROFILE.text())) {
                answer.put(insight.kind(), Value.dict()
                        .put("head", insight.head().orElseThrow().toString())
                        .put("value", JsonValues.decode(insight.value().getBytes(StandardCharsets.UTF_8))).build());
            }
        }
        call.answer(answer.build());
    }

    private static long number(String text) {
        if (!text.matches("[0-9]{1,18}")) {
            throw new Problem(Problem.Code.BAD_REQUEST, "'before' must be the id of a move");
        }
        return Long.parseLong(text);
    }

    /** {@code DELETE branches/NAME?expect=ID}. */
    public void deleteBranch(Exchange call) throws IOException, SQLException {
        Account account = access.required(call);
        Repository repository = access.writable(account, call.owner(), call.slug());
        String name = BranchNames.check(call.parameter("branch"));
        Sha256 head = branches.delete(repository, account, name,
                call.query("expect").map(text -> Sha256.require(text, "expect")));
        call.answer(Value.dict().put("branch", name).put("old", head.toString()).build());
    }

    /** {@code GET settings}. */
    public void settings(Exchange call) throws IOException, SQLException {
        call.answer(RepositorySettings.value(access.owned(access.required(call), call.owner(), call.slug())));
    }

    /** {@code POST settings}: changes those that are given. */
    public void changeSettings(Exchange call) throws IOException, SQLException {
        Account account = access.required(call);
        Repository repository = access.owned(account, call.owner(), call.slug());
        Value.Dict changes = call.bodyValue(limits);
        requireKnown(changes, List.copyOf(RepositorySettings.value(repository).entries().keySet()));
        settings.change(repository, changes);
        call.answer(RepositorySettings.value(access.owned(account, call.owner(), call.slug())));
    }

    /** A setting that is ignored without a word lets its owner believe that it holds. */
    private static void requireKnown(Value.Dict changes, List<String> known) {
        String all = String.join(", ", known);
        if (changes.entries().isEmpty()) {
            throw new Problem(Problem.Code.BAD_REQUEST, "no setting is given; there are " + all);
        }
        changes.entries().keySet().stream().filter(key -> !known.contains(key)).findFirst().ifPresent(key -> {
            throw new Problem(Problem.Code.BAD_REQUEST, "'" + key + "' is no setting; did you mean '"
                    + Nearest.of(key, known) + "'? There are " + all);
        });
    }

    /** {@code DELETE /OWNER/NAME}. */
    public void delete(Exchange call) throws IOException, SQLException {
        Repository repository = access.deletable(access.required(call), call.owner(), call.slug());
        settings.delete(repository);
        call.answer(Value.dict().put("deleted", repository.name()).build());
    }
}
