package dev.musehub.core.push;

import dev.musehub.core.model.BranchNames;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.rows.BranchRows;
import dev.musehub.core.rows.CommitRows;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.Lease;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Phase {@code branch}: the one transaction in which a push becomes visible. Lock, lease, fast-forward check and move
 * are one (I6): of two racing pushes one waits here, sees the other's head, and is refused.
 */
final class BranchMove {

    private BranchMove() {
    }

    /** The heads around the move; {@code before} is empty for a birth. */
    record Moved(Optional<Sha256> before, Sha256 after) { }

    /**
     * Moves the branch of {@code header} to its head.
     *
     * @param pushed the parents of each commit of this push
     * @throws Problem {@code not-fast-forward} or {@code lease-lost}, with both heads,
     *     {@code conflict} for a branch that is a directory of another, or {@code forbidden} or {@code not-found} where
     *     the right to push or the repository was lost meanwhile; nothing has changed then
     */
    static Moved move(Pool pool, Repository repository, long userId, Frame.Header header, Sha256 head,
            Map<Sha256, List<Sha256>> pushed) throws SQLException {
        Moved moved = null;
        try (Connection c = pool.acquire("branch")) {
            c.setAutoCommit(false);
            RepositoryRows.lockForWriter(c, repository.id(), userId);
            Optional<Sha256> old = BranchRows.lockHead(c, repository.id(), header.branch());
            requireLease(header, old);
            boolean moves = !old.equals(Optional.of(head));
            boolean forward = !moves || old.isEmpty() || descends(c, repository, head, old.get(), pushed);
            if (!forward && !header.force()) {
                throw refused(Problem.Code.NOT_FAST_FORWARD, header.branch(), old, head, "is not an ancestor of the"
                        + " pushed head " + head + "; pull first, or push with --force to replace it");
            }
            if (old.isEmpty()) {
                requireRoom(c, repository, header.branch());
            }
            if (moves) {
                BranchRows.set(c, repository.id(), header.branch(), head);
                BranchRows.log(c, repository.id(), header.branch(), old, Optional.of(head), !forward, userId);
            }
            RepositoryRows.notePush(c, repository.id(), header.branch());
            KillPoint.BRANCH_BEFORE_COMMIT.reached();
            moved = new Moved(old, head);
            // Not Durability.later: this commit waits for the log, and so makes all earlier ones of the push safe.
            c.commit();
            return moved;
        } catch (SQLException e) {
            // Before the commit nothing has happened. An answer to the commit that got lost may mean either.
            if (moved == null || !isAt(pool, repository, header.branch(), head)) {
                throw e;
            }
            return moved;
        }
    }

    /**
     * Whether the branch is at {@code head} once the transaction whose end is in doubt is over: it holds the lock of
     * the repository until then. Connections that broke off with it are still in the pool, and fail once each.
     */
    private static boolean isAt(Pool pool, Repository repository, String branch, Sha256 head) throws SQLException {
        SQLException last = new SQLException();
        for (int tries = 0; tries < Pool.MAX_CONNECTIONS; tries++) {
            try (Connection c = pool.acquire("branch.doubt")) {
                c.setAutoCommit(false);
                RepositoryRows.lock(c, repository.id());
                return BranchRows.lockHead(c, repository.id(), branch).equals(Optional.of(head));
            } catch (SQLException e) {
                last = e;
            }
        }
        throw last;
    }

    /** A branch is a file in each clone: none may be a directory of another. The lock of the repository is held. */
    private static void requireRoom(Connection c, Repository repository, String branch) throws SQLException {
        for (String other : BranchRows.heads(c, repository.id()).keySet()) {
            if (BranchNames.exclude(branch, other)) {
                throw new Problem(Problem.Code.CONFLICT, "there is a branch '" + other + "', and no clone can hold it"
                        + " beside '" + branch + "'; choose another name, or delete that branch")
                        .with("branch", other);
            }
        }
    }

    private static void requireLease(Frame.Header header, Optional<Sha256> old) {
        Optional<Sha256> expected = switch (header.expect()) {
            case Lease.None _ -> old;
            case Lease.Unborn _ -> Optional.empty();
            case Lease.At at -> Optional.of(at.head());
        };
        if (!expected.equals(old)) {
            throw refused(Problem.Code.LEASE_LOST, header.branch(), old, header.head().orElseThrow(), "is not what this"
                    + " push expected, " + expected.map(Sha256::toString).orElse("no branch") + "; fetch and look")
                    .with("expected", Value.of(expected));
        }
    }

    private static Problem refused(Problem.Code code, String branch, Optional<Sha256> old, Sha256 head, String why) {
        return new Problem(code, "branch '" + branch + "' is at " + old.map(Sha256::toString).orElse("no commit")
                + ", which " + why).with("branch", branch).with("actual", Value.of(old)).with("head", head.toString());
    }

    /** Whether {@code old} is an ancestor of {@code head}: in the pushed commits first, then in the repository. */
    private static boolean descends(Connection c, Repository repository, Sha256 head, Sha256 old,
            Map<Sha256, List<Sha256>> pushed) throws SQLException {
        Set<Sha256> seen = new HashSet<>();
        Set<Sha256> outside = new HashSet<>();
        Deque<Sha256> todo = new ArrayDeque<>(List.of(head));
        while (!todo.isEmpty()) {
            Sha256 id = todo.pop();
            if (id.equals(old)) {
                return true;
            }
            if (seen.add(id)) {
                Optional.ofNullable(pushed.get(id)).ifPresentOrElse(todo::addAll, () -> outside.add(id));
            }
        }
        return !outside.isEmpty() && CommitRows.reaches(c, repository.id(), outside, old);
    }
}
