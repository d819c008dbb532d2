package dev.musehub.repositories;

import dev.musehub.core.model.Account;
import dev.musehub.core.model.BranchNames;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.BranchRows;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.rows.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** The rules of branches apart from a push: how to delete one. */
public final class Branches {

    private final Pool pool;

    public Branches(Pool pool) {
        this.pool = pool;
    }

    /**
     * Deletes a branch and returns the head that it had. The default branch stays, so that a clone finds something.
     *
     * @param expected the head that the caller saw; a branch that has moved since is kept
     * @throws Problem {@code invalid-branch}, {@code not-found}, {@code conflict} or {@code lease-lost}
     */
    public Sha256 delete(Repository repository, Account account, String name, Optional<Sha256> expected)
            throws SQLException {
        BranchNames.check(name);
        try (Connection c = pool.acquire("branch")) {
            c.setAutoCommit(false);
            RepositoryRows.lock(c, repository.id());
            Sha256 head = BranchRows.lockHead(c, repository.id(), name).orElseThrow(() -> new Problem(
                    Problem.Code.NOT_FOUND, "there is no branch '" + name + "'"));
            if (repository.defaultBranch().equals(Optional.of(name))) {
                throw new Problem(Problem.Code.CONFLICT, "'" + name + "' is the default branch; make another one the"
                        + " default first");
            }
            if (expected.isPresent() && !expected.get().equals(head)) {
                throw new Problem(Problem.Code.LEASE_LOST, "branch '" + name + "' is at " + head + ", not where you"
                        + " expect it; fetch and look").with("actual", head.toString())
                        .with("expected", expected.get().toString());
            }
            // Its commits stay until they are collected.
            Sql.of(c, "delete from branches where repo_id = ? and name = ?").with(repository.id(), name).update();
            BranchRows.log(c, repository.id(), name, Optional.of(head), Optional.empty(), false, account.userId());
            c.commit();
            return head;
        }
    }
}
