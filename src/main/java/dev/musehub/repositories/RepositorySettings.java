package dev.musehub.repositories;

import dev.musehub.core.model.BranchNames;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Value;
import dev.musehub.core.push.PushServices;
import dev.musehub.core.rows.BranchRows;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.rows.RepositoryRows.SignaturePolicy;
import dev.musehub.core.rows.Sql;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;

/** The rules for settings of a repository, and for its deletion. The caller has checked before who may do it. */
public final class RepositorySettings {

    private final Pool pool;
    private final PushServices.AfterPush insights;
    private final PolyglotSearch polyglots;

    public RepositorySettings(PushServices hub) {
        this.pool = hub.pool();
        this.insights = hub.afterPush();
        this.polyglots = new PolyglotSearch(pool, hub.store());
    }

    /** The settings as programs read and send them. */
    public static Value.Dict value(Repository r) {
        return Value.dict()
                .put("public", r.open())
                .put("default_branch", r.defaultBranch().<Value>map(Value.Text::new).orElse(Value.NULL))
                .put("signatures", r.policy().signatures().name().toLowerCase(Locale.ROOT))
                .put("refuse_polyglots", r.policy().refusePolyglots())
                .put("quota_bytes", r.policy().quotaBytes().<Value>map(Value.Int::new).orElse(Value.NULL))
                .build();
    }

    /**
     * Changes the settings that are in {@code changes}, named as in {@link #value}; the others stay. Where the
     * repository begins to refuse polyglots, it must have none.
     *
     * @throws Problem {@code not-found} if there is no such branch, {@code polyglot}, {@code forbidden} for the quota,
     *     or what is wrong with a value
     */
    public void change(Repository repository, Value.Dict changes) throws IOException, SQLException {
        if (changes.get("quota_bytes").isPresent()) {
            throw new Problem(Problem.Code.FORBIDDEN, "the operator of the hub sets quotas ('musehub user quota "
                    + repository.name() + " BYTES')");
        }
        Optional<String> branch = changes.get("default_branch").map(v -> BranchNames.check(v.asText("default_branch")));
        Optional<Boolean> open = changes.get("public").map(v -> v.asBool("public"));
        Optional<SignaturePolicy> signatures = changes.get("signatures").map(v -> signatures(v.asText("signatures")));
        Optional<Boolean> refuse = changes.get("refuse_polyglots").map(v -> v.asBool("refuse_polyglots"));
        if (!repository.policy().refusePolyglots() && refuse.orElse(open.orElse(false) && saysNothing(repository))) {
            polyglots.requireNone(repository);
        }
        try (Connection c = pool.acquire("settings")) {
            c.setAutoCommit(false);
            if (branch.isPresent() && BranchRows.lockHead(c, repository.id(), branch.get()).isEmpty()) {
                throw new Problem(Problem.Code.NOT_FOUND, "there is no branch '" + branch.get() + "'");
            }
            Sql.of(c, """
                    update repositories set
                        public = coalesce(?, public),
                        signature_policy = coalesce(?, signature_policy),
                        refuse_polyglots = coalesce(?, refuse_polyglots),
                        default_branch = coalesce(?, default_branch)
                    where id = ?
                    """)
                    .with(open, signatures.map(v -> v.name().toLowerCase(Locale.ROOT)), refuse, branch, repository.id())
                    .update();
            c.commit();
        }
        if (branch.isPresent() || open.isPresent()) {
            recount(repository.id());
        }
    }

    /** Whether nobody has said what to do with polyglots: then a repository refuses them while it is public. */
    private boolean saysNothing(Repository repository) throws SQLException {
        try (Connection c = pool.acquire("settings")) {
            return Sql.of(c, "select refuse_polyglots is null from repositories where id = ?").with(repository.id())
                    .first(r -> r.getBoolean(1)).orElse(false);
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

    /** Deletes the repository for good. */
    public void delete(Repository repository) throws SQLException {
        Optional<Long> another;
        try (Connection c = pool.acquire("delete")) {
            c.setAutoCommit(false);
            another = DeletedRows.delete(c, repository);
            c.commit();
        }
        another.ifPresent(this::recount);
    }

    /** Insights are about the default branch, and the owner's profile is about what is public. */
    private void recount(long repoId) {
        try {
            insights.pushed(repoId);
        } catch (SQLException | RuntimeException e) {
            // The change is done; the worker has logged the failure, and the next push counts again.
        }
    }
}
