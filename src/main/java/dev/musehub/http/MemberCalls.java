package dev.musehub.http;

import dev.musehub.db.MemberRows;
import dev.musehub.db.MemberRows.Member;
import dev.musehub.db.MemberRows.Role;
import dev.musehub.db.Pool;
import dev.musehub.db.RepositoryRows.Repository;
import dev.musehub.model.Problem;
import dev.musehub.model.Value;
import dev.musehub.wire.Limits;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** The requests about who else may do something in a repository. */
final class MemberCalls {

    private static final int MOST = 1000;

    private final Pool pool;
    private final Limits limits;
    private final Access access;

    MemberCalls(Pool pool, Limits limits, Access access) {
        this.pool = pool;
        this.limits = limits;
        this.access = access;
    }

    /** {@code GET members}: the owner, then the members by name. */
    void list(Call call, String owner, String slug) throws IOException, SQLException {
        call.answer(shown(access.owned(access.required(call), owner, slug)));
    }

    /** {@code POST members}: gives a user a role, instead of the one it had. */
    void add(Call call, String owner, String slug) throws IOException, SQLException {
        Repository repository = access.owned(access.required(call), owner, slug);
        Value.Dict body = call.bodyValue(limits);
        String user = body.text("user", "");
        Role role = Role.given(body.text("role", "")).orElseThrow(() -> new Problem(Problem.Code.BAD_REQUEST,
                "role must be reader, writer or admin"));
        if (user.equals(repository.owner())) {
            throw new Problem(Problem.Code.CONFLICT, user + " owns the repository and may do everything already");
        }
        try (Connection c = pool.acquire("members")) {
            c.setAutoCommit(false);
            if (MemberRows.of(c, repository.id(), MOST).size() == MOST) {
                throw Limits.exceeded("members of a repository", MOST + 1L, MOST);
            }
            if (!MemberRows.add(c, repository.id(), user, role)) {
                throw new Problem(Problem.Code.NOT_FOUND, "this hub has no user '" + user + "'; its operator can add it"
                        + " with 'musehub user add'");
            }
            c.commit();
        }
        call.answer(shown(repository));
    }

    /** {@code DELETE members/USER}. */
    void remove(Call call, String owner, String slug, String user) throws IOException, SQLException {
        Repository repository = access.owned(access.required(call), owner, slug);
        try (Connection c = pool.acquire("members")) {
            if (!MemberRows.remove(c, repository.id(), user)) {
                throw new Problem(Problem.Code.NOT_FOUND, "'" + user + "' is no member of this repository");
            }
        }
        call.answer(shown(repository));
    }

    private Value shown(Repository repository) throws SQLException {
        List<Member> members;
        try (Connection c = pool.acquire("members")) {
            members = MemberRows.of(c, repository.id(), MOST);
        }
        return Value.dict().put("owner", repository.owner())
                .put("members", new Value.Array(members.stream().<Value>map(m -> Value.dict().put("user", m.user())
                        .put("role", m.role().text()).build()).toList())).build();
    }
}
