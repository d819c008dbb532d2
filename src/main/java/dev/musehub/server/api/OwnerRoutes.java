package dev.musehub.server.api;

import dev.musehub.core.history.CommitSignature;
import dev.musehub.core.model.Account;
import dev.musehub.core.model.Account.Scope;
import dev.musehub.core.model.BranchNames;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.push.PushServices;
import dev.musehub.core.rows.BranchRows;
import dev.musehub.core.rows.KeyRows;
import dev.musehub.core.rows.KeyRows.SigningKey;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.rows.RepositoryRows.SignaturePolicy;
import dev.musehub.core.wire.JsonValues;
import dev.musehub.core.wire.Limits;
import dev.musehub.jobs.InsightRows;
import dev.musehub.jobs.JobKind;
import dev.musehub.repositories.DeletedRows;
import dev.musehub.server.access.Access;
import dev.musehub.server.http.Exchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What owners ask beside pushing: the log of the branches, deleting one, settings, insights, and signing keys. */
public final class OwnerRoutes {

    private static final int LOG_PAGE = 100;

    private final Pool pool;
    private final Limits limits;
    private final Access access;
    private final PushServices.AfterPush insights;

    public OwnerRoutes(Pool pool, Limits limits, Access access, PushServices.AfterPush insights) {
        this.pool = pool;
        this.limits = limits;
        this.access = access;
        this.insights = insights;
    }

    /** {@code GET reflog?branch=NAME&before=ID}: who moved which branch from where to where, newest first. */
    public void reflog(Exchange call, String owner, String slug) throws IOException, SQLException {
        Repository repository = access.readable(call, owner, slug);
        long before = call.query("before").map(OwnerRoutes::number).orElse(Long.MAX_VALUE);
        List<BranchRows.Move> moves;
        try (Connection c = pool.acquire("reflog")) {
            moves = BranchRows.reflog(c, repository.id(), call.query("branch").map(BranchNames::check), before, LOG_PAGE);
        }
        call.answer(Value.dict().put("moves", new Value.Array(moves.stream().<Value>map(m -> Value.dict()
                .put("id", m.id()).put("branch", m.branch()).put("old", Value.of(m.from())).put("new", Value.of(m.to()))
                .put("forced", m.forced()).put("user", m.user()).put("at", m.at().toInstant().toString())
                .build()).toList())).build());
    }

    /** {@code GET insights}: what jobs have counted, each with the head it was counted up to. */
    public void insights(Exchange call, String owner, String slug) throws IOException, SQLException {
        Repository repository = access.readable(call, owner, slug);
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

    /** {@code DELETE branches/NAME?expect=ID}. The default branch stays, so that a clone finds something. */
    public void deleteBranch(Exchange call, String owner, String slug, String name) throws IOException, SQLException {
        Account account = access.required(call);
        Repository repository = access.writable(account, owner, slug);
        BranchNames.check(name);
        Optional<Sha256> expected = call.query("expect").map(text -> Sha256.require(text, "expect"));
        Sha256 head;
        try (Connection c = pool.acquire("branch")) {
            c.setAutoCommit(false);
            RepositoryRows.lock(c, repository.id());
            head = BranchRows.lockHead(c, repository.id(), name).orElseThrow(() -> new Problem(
                    Problem.Code.NOT_FOUND, "there is no branch '" + name + "'"));
            if (repository.defaultBranch().equals(Optional.of(name))) {
                throw new Problem(Problem.Code.CONFLICT, "'" + name + "' is the default branch; make another one the"
                        + " default first");
            }
            if (expected.isPresent() && !expected.get().equals(head)) {
                throw new Problem(Problem.Code.LEASE_LOST, "branch '" + name + "' is at " + head + ", not where you"
                        + " expect it; fetch and look").with("actual", head.toString());
            }
            BranchRows.delete(c, repository.id(), name);
            BranchRows.log(c, repository.id(), name, Optional.of(head), Optional.empty(), false, account.userId());
            c.commit();
        }
        call.answer(Value.dict().put("branch", name).put("old", head.toString()).build());
    }

    /** {@code GET settings}. */
    public void settings(Exchange call, String owner, String slug) throws IOException, SQLException {
        call.answer(shown(access.owned(access.required(call), owner, slug)));
    }

    /** {@code POST settings}: changes those that are given. */
    public void changeSettings(Exchange call, String owner, String slug) throws IOException, SQLException {
        Account account = access.required(call);
        change(access.owned(account, owner, slug), call.bodyValue(limits));
        call.answer(shown(access.owned(account, owner, slug)));
    }

    /** Changes those settings that are given. */
    public void change(Repository repository, Value.Dict body) throws SQLException {
        Optional<String> branch = body.get("default_branch").map(v -> BranchNames.check(v.asText("default_branch")));
        try (Connection c = pool.acquire("settings")) {
            c.setAutoCommit(false);
            if (branch.isPresent() && BranchRows.lockHead(c, repository.id(), branch.get()).isEmpty()) {
                throw new Problem(Problem.Code.NOT_FOUND, "there is no branch '" + branch.get() + "'");
            }
            RepositoryRows.change(c, repository.id(),
                    body.get("public").map(v -> v.asBool("public")),
                    body.get("signatures").map(v -> signatures(v.asText("signatures"))),
                    body.get("refuse_polyglots").map(v -> v.asBool("refuse_polyglots")),
                    body.get("quota_bytes").map(v -> v.asInt("quota_bytes")),
                    branch);
            c.commit();
        }
        if (branch.isPresent() || body.get("public").isPresent()) {
            recount(repository.id());
        }
    }

    /** {@code DELETE /OWNER/NAME}. */
    public void delete(Exchange call, String owner, String slug) throws IOException, SQLException {
        Repository repository = access.deletable(access.required(call), owner, slug);
        delete(repository);
        call.answer(Value.dict().put("deleted", repository.name()).build());
    }

    /** Deletes the repository, for good. */
    public void delete(Repository repository) throws SQLException {
        Optional<Long> another;
        try (Connection c = pool.acquire("delete")) {
            c.setAutoCommit(false);
            another = DeletedRows.delete(c, repository);
            c.commit();
        }
        another.ifPresent(this::recount);
    }

    /** Insights are about the default branch, and the owner's profile about what is public. */
    private void recount(long repoId) {
        try {
            insights.pushed(repoId);
        } catch (SQLException | RuntimeException e) {
            // The setting holds, the worker has told its log, and the next push counts.
        }
    }

    private static SignaturePolicy signatures(String text) {
        for (SignaturePolicy policy : SignaturePolicy.values()) {
            if (policy.name().toLowerCase(Locale.ROOT).equals(text)) {
                return policy;
            }
        }
        throw new Problem(Problem.Code.BAD_REQUEST, "signatures must be off, warn or require");
    }

    private static Value shown(Repository r) {
        return Value.dict()
                .put("public", r.open())
                .put("default_branch", r.defaultBranch().<Value>map(Value.Text::new).orElse(Value.NULL))
                .put("signatures", r.policy().signatures().name().toLowerCase(Locale.ROOT))
                .put("refuse_polyglots", r.policy().refusePolyglots())
                .put("quota_bytes", r.policy().quotaBytes().<Value>map(Value.Int::new).orElse(Value.NULL))
                .build();
    }

    /** {@code GET /-/keys}: the caller's keys. */
    public void keys(Exchange call) throws IOException, SQLException {
        Account account = access.required(call);
        call.answer(Value.dict().put("keys", new Value.Array(keys(account).stream().<Value>map(k -> Value.dict()
                .put("name", k.name()).put("key_id", k.keyId())
                .put("public_key", HexFormat.of().formatHex(k.publicKey())).build()).toList())).build());
    }

    public List<SigningKey> keys(Account account) throws SQLException {
        try (Connection c = pool.acquire("keys")) {
            return KeyRows.ofUser(c, account.userId());
        }
    }

    /** {@code POST /-/keys}: registers an Ed25519 public key, 64 hex digits. */
    public void addKey(Exchange call) throws IOException, SQLException {
        Account account = requireScope(access.required(call));
        Value.Dict body = call.bodyValue(limits);
        SigningKey key = addKey(account, body.text("name", "key"), body.text("public_key", ""));
        call.answer(Value.dict().put("name", key.name()).put("key_id", key.keyId()).build());
    }

    /** Registers a key of the account. */
    public SigningKey addKey(Account account, String name, String hex) throws SQLException {
        requireScope(account);
        if (!hex.matches("[0-9a-f]{64}")) {
            throw new Problem(Problem.Code.BAD_REQUEST, "public_key must be the 32 bytes of an Ed25519 key in hex");
        }
        if (name.isEmpty() || name.length() > 100 || name.chars().anyMatch(Character::isISOControl)) {
            throw new Problem(Problem.Code.INVALID_NAME, "a key's name has 1 to 100 printable characters");
        }
        byte[] bytes = HexFormat.of().parseHex(hex);
        SigningKey key = new SigningKey(account.userId(), name, bytes, CommitSignature.keyId(bytes));
        try (Connection c = pool.acquire("keys")) {
            if (!KeyRows.add(c, key)) {
                throw new Problem(Problem.Code.CONFLICT, "this key is registered already");
            }
        }
        return key;
    }

    /** {@code DELETE /-/keys/ID}. */
    public void removeKey(Exchange call, String keyId) throws IOException, SQLException {
        removeKey(access.required(call), keyId);
        call.answer(Value.dict().put("key_id", keyId).build());
    }

    /** Removes a key of the account. */
    public void removeKey(Account account, String keyId) throws SQLException {
        requireScope(account);
        try (Connection c = pool.acquire("keys")) {
            if (!keyId.matches("[0-9a-f]{16}") || !KeyRows.remove(c, account.userId(), keyId)) {
                throw new Problem(Problem.Code.NOT_FOUND, "you have no such key");
            }
        }
    }

    private static Account requireScope(Account account) {
        if (account.scope() == Scope.READ) {
            throw new Problem(Problem.Code.FORBIDDEN, "this token may only read");
        }
        return account;
    }
}
