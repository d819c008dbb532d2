package dev.musehub.server.api;

import dev.musehub.accounts.MemberRows;
import dev.musehub.accounts.MemberRows.Member;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Role;
import dev.musehub.core.model.Value;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.wire.Limits;
import dev.musehub.server.access.Access;
import dev.musehub.server.http.Exchange;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** The requests about who else may do something in a repository. */
public final class MemberRoutes {

    private static final int MOST = 1000;

    private final Pool pool;
    private final Limits limits;
    private final Access access;

    public MemberRoutes(Pool pool, Limits limits, Access access) {
        this.pool = pool;
        this.limits = limits;
        this.access = access;
    }

    /** {@code GET members}: the owner, then the members by name. */
    public void list(Exchange call, String owner, String slug) throws IOException, SQLException {
        call.answer(shown(access.owned(access.required(call), owner, slug)));
    }

    /** {@code POST members}: gives a user a role, instead of the one it had. */
    public void add(Exchange call, String owner, String slug) throws IOException, SQLException {
        Repository repository = access.owned(access.required(call), owner, slug);
        Value.Dict body = call.bodyValue(limits);
        add(repository, body.text("user", ""), body.text("role", ""));
        call.answer(shown(repository));
    }

    /** Gives a user a role. */
    public void add(Repository repository, String user, String roleText) throws SQLException {
        Role role = Role.given(roleText).orElseThrow(() -> new Problem(Problem.Code.BAD_REQUEST,
                "role must be reader, writer or admin"));
        if (user.equals(repository.owner())) {
            throw new Problem(Problem.Code.CONFLICT, user + " owns the repository and may do everything already");
        }
        try (Connection c = pool.acquire("members")) {
            c.setAutoCommit(false);
            if (!MemberRows.add(c, repository.id(), user, role)) {
                throw new Problem(Problem.Code.NOT_FOUND, "this hub has no user '" + user + "'; its operator can add it"
                        + " with 'musehub user add'");
            }
            if (MemberRows.of(c, repository.id(), MOST + 1).size() > MOST) {
                throw Limits.exceeded("members of a repository", MOST + 1L, MOST);
            }
            c.commit();
        }
    }

    /** {@code DELETE members/USER}. */
    public void remove(Exchange call, String owner, String slug, String user) throws IOException, SQLException {
        Repository repository = access.owned(access.required(call), owner, slug);
        remove(repository, user);
        call.answer(shown(repository));
    }

    /** Takes a user's role away. */
    public void remove(Repository repository, String user) throws SQLException {
        try (Connection c = pool.acquire("members")) {
            if (!MemberRows.remove(c, repository.id(), user)) {
                throw new Problem(Problem.Code.NOT_FOUND, "'" + user + "' is no member of this repository");
            }
        }
    }

    /** The members by name. */
    public List<Member> members(Repository repository) throws SQLException {
        try (Connection c = pool.acquire("members")) {
            return MemberRows.of(c, repository.id(), MOST);
        }
    }

    private Value shown(Repository repository) throws SQLException {
        return Value.dict().put("owner", repository.owner())
                .put("members", new Value.Array(members(repository).stream().<Value>map(m -> Value.dict().put("user", m.user())
                        .put("role", m.role().text()).build()).toList())).build();
    }
}
