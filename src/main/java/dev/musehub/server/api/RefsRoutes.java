package dev.musehub.server.api;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.rows.BranchRows;
import dev.musehub.core.rows.ObjectRows;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.rows.RepositoryRows.Seen;
import dev.musehub.core.wire.Limits;
import dev.musehub.server.access.Access;
import dev.musehub.server.http.Exchange;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** What a client asks before it moves a history: what a repository has, and what it has lost. */
public final class RefsRoutes {

    private static final int LOST_PAGE = 1000;

    private final Pool pool;
    private final Limits limits;
    private final Access access;
    private final PresignRoutes direct;

    public RefsRoutes(Pool pool, Limits limits, Access access, PresignRoutes direct) {
        this.pool = pool;
        this.limits = limits;
        this.access = access;
        this.direct = direct;
    }

    /** {@code GET refs}: heads, default branch, capabilities and limits. */
    public void refs(Exchange call) throws IOException, SQLException {
        Seen seen = access.seen(access.account(call), call.owner(), call.slug());
        Repository repository = seen.repository();
        Map<String, Sha256> heads;
        Sha256 labels;
        boolean lost;
        try (Connection c = pool.acquire("refs")) {
            lost = !ObjectRows.lost(c, repository.id(), Sha256.ZEROS, 1).isEmpty();
            heads = BranchRows.heads(c, repository.id());
            labels = LabelRoutes.digest(c, seen);
        }
        Value.Builder branches = Value.dict();
        heads.forEach((name, head) -> branches.put(name, head.toString()));
        call.answerConditional(Value.dict()
                .put("repo_id", repository.museId())
                .put("domain", repository.domain())
                .put("default_branch", repository.defaultBranch().<Value>map(Value.Text::new).orElse(Value.NULL))
                .put("branch_heads", branches.build())
                .put("labels", labels.toString())
                .put("lost", lost)
                .put("capabilities", Value.texts(direct.capabilities()))
                .put("limits", limits.toValue())
                .build());
    }

    /** {@code GET lost?after=ID}: objects whose bytes were lost here. A client that has them sends them again. */
    public void lost(Exchange call) throws IOException, SQLException {
        Repository repository = access.readable(call, call.owner(), call.slug());
        Sha256 after = call.query("after").map(id -> Sha256.require(id, "after")).orElse(Sha256.ZEROS);
        List<Sha256> ids;
        try (Connection c = pool.acquire("lost")) {
            ids = ObjectRows.lost(c, repository.id(), after, LOST_PAGE);
        }
        call.answer(Value.dict().put("lost", Value.texts(ids.stream().map(Sha256::toString).toList()))
                .put("more", ids.size() == LOST_PAGE).build());
    }
}
