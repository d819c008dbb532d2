package dev.musehub.accounts;

import dev.musehub.accounts.MemberRows.Member;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Role;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.wire.Limits;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** The rules of membership. The caller has checked before that the user may change the members. */
public final class Members {

    private static final int MOST = 1000;

    /** The roles that an owner can give. */
    private static final List<Role> GIVEN = List.of(Role.READER, Role.WRITER, Role.ADMIN);

    private final Pool pool;

    public Members(Pool pool) {
        this.pool = pool;
    }

    /** The members by name, without the owner. */
    public List<Member> list(Repository repository) throws SQLException {
        try (Connection c = pool.acquire("members")) {
            return MemberRows.of(c, repository.id(), MOST);
        }
    }

    /**
     * Gives a user a role, in place of the role it had.
     *
     * @throws Problem {@code bad-request}, {@code conflict}, {@code not-found} or {@code limit-exceeded}
     */
    public void add(Repository repository, String user, String roleText) throws SQLException {
        Role role = GIVEN.stream().filter(r -> r.text().equals(roleText)).findFirst()
                .orElseThrow(() -> new Problem(Problem.Code.BAD_REQUEST, "role must be reader, writer or admin"));
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

    /**
     * Takes a user's role away.
     *
     * @throws Problem {@code not-found}
     */
    public void remove(Repository repository, String user) throws SQLException {
        try (Connection c = pool.acquire("members")) {
            if (!MemberRows.remove(c, repository.id(), user)) {
                throw new Problem(Problem.Code.NOT_FOUND, "'" + user + "' is no member of this repository");
            }
        }
    }
}
