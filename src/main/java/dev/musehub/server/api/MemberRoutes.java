package dev.musehub.server.api;

import dev.musehub.accounts.Members;
import dev.musehub.core.model.Value;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.wire.Limits;
import dev.musehub.server.access.Access;
import dev.musehub.server.http.Exchange;
import java.io.IOException;
import java.sql.SQLException;

/** The requests about members of a repository. The rules are in {@link Members}. */
public final class MemberRoutes {

    private final Limits limits;
    private final Access access;
    private final Members members;

    public MemberRoutes(Pool pool, Limits limits, Access access) {
        this.limits = limits;
        this.access = access;
        this.members = new Members(pool);
    }

    /** {@code GET members}: the owner, then the members by name. */
    public void list(Exchange call) throws IOException, SQLException {
        call.answer(value(owned(call)));
    }

    /** {@code POST members}: gives a user a role, in place of the role it had. */
    public void add(Exchange call) throws IOException, SQLException {
        Repository repository = owned(call);
        Value.Dict body = call.bodyValue(limits);
        members.add(repository, body.text("user", ""), body.text("role", ""));
        call.answer(value(repository));
    }

    /** {@code DELETE members/USER}. */
    public void remove(Exchange call) throws IOException, SQLException {
        Repository repository = owned(call);
        members.remove(repository, call.parameter("user"));
        call.answer(value(repository));
    }

    private Repository owned(Exchange call) throws SQLException {
        return access.owned(access.required(call), call.owner(), call.slug());
    }

    private Value value(Repository repository) throws SQLException {
        return Value.dict().put("owner", repository.owner())
                .put("members", new Value.Array(members.list(repository).stream().<Value>map(m -> Value.dict()
                        .put("user", m.user()).put("role", m.role().text()).build()).toList())).build();
    }
}
