package dev.musehub.core.push;

import dev.musehub.core.history.Commit;
import dev.musehub.core.io.MemoryBudget;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.rows.CommitRows;
import dev.musehub.core.rows.CommitRows.CommitRank;
import dev.musehub.core.rows.ObjectRows;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.rows.SnapshotRows;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.Spool;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Phase {@code integrity}: before anything of the commits is written, everything they refer to is known to exist, in
 * this push or in the repository. What the push refers to is gathered in one pass over its packs; what the repository
 * has of it is asked by one bulk query per kind. The store is asked nothing: a row is the proof (I1).
 */
final class Integrity {

    private static final int LISTED = 20;

    /** Heap of an id in a set. */
    private static final long ID = 100;

    /** Characters of a snapshot's created_at, which is kept as text. */
    private static final int TIME = 100;

    private final Set<Sha256> objects = new HashSet<>();
    private final Set<Sha256> snapshots = new HashSet<>();
    private final Map<Sha256, List<Sha256>> commits = new LinkedHashMap<>();
    private final Set<Sha256> outsideParents = new HashSet<>();
    private final Set<Sha256> outsideBases = new HashSet<>();
    private final Set<Sha256> usedSnapshots = new HashSet<>();
    private final List<Claim> claims = new ArrayList<>();
    private Optional<Sha256> unfinished = Optional.empty();

    /** What a commit says of who signed it. */
    record Claim(Sha256 commit, String signature, String keyId) { }

    /**
     * What the push may rely on.
     *
     * @param parents the parents of each pushed commit, in the order of the stream
     * @param outside ranks of the commits in the repository that pushed commits descend from
     * @param claims the signatures of pushed commits
     */
    record CheckedReferences(Map<Sha256, List<Sha256>> parents, Map<Sha256, CommitRank> outside,
            List<Claim> claims) { }

    /**
     * Checks a push.
     *
     * @param received objects that came with this push
     * @throws Problem {@code missing-objects}, {@code unknown-parent}, {@code unknown-base}, {@code unknown-snapshot},
     *     {@code unknown-head}, {@code duplicate-id}, and what single commits are refused for
     */
    static CheckedReferences check(Pool pool, Repository repository, Optional<Sha256> head, Spool packs,
            Set<Sha256> received, MemoryBudget.Hold memory) throws IOException, SQLException {
        Integrity gathered = new Integrity();
        packs.forEach(pack -> {
            gathered.gather(pack);
            memory.atLeast(MemoryBudget.BudgetUse.IDS, gathered.heapBytes());
        });
        return gathered.compare(pool, repository, head, received);
    }

    private void gather(Frame.CommitPack pack) {
        for (Frame.SnapshotDelta s : pack.snapshots()) {
            snapshot(s);
        }
        if (unfinished.isPresent() && !pack.commits().isEmpty()) {
            throw new Problem(Problem.Code.INVALID_SNAPSHOT, "a snapshot in pieces must be complete before commits");
        }
        for (Commit commit : pack.commits()) {
            commit(commit);
        }
    }

    /** What the gathered ids take, with their places in sets; a commit has a list of parents too. */
    private long heapBytes() {
        return ID * (objects.size() + snapshots.size() + outsideParents.size() + outsideBases.size()
                + usedSnapshots.size() + 3L * commits.size() + 5L * claims.size());
    }

    private void snapshot(Frame.SnapshotDelta s) {
        if (s.createdAt().length() > TIME || s.createdAt().chars().anyMatch(Character::isISOControl)) {
            throw new Problem(Problem.Code.INVALID_SNAPSHOT, "created_at of snapshot " + s.id() + " is no time")
                    .with("snapshot", s.id().toString());
        }
        if (unfinished.isPresent() && !unfinished.get().equals(s.id())) {
            throw new Problem(Problem.Code.INVALID_SNAPSHOT, "another snapshot begins inside one in pieces");
        }
        if (unfinished.isEmpty()) {
            if (snapshots.contains(s.id())) {
                throw duplicate("snapshot", s.id());
            }
            s.base().filter(base -> !snapshots.contains(base)).ifPresent(outsideBases::add);
        }
        objects.addAll(s.delta().set().values());
        if (s.more()) {
            unfinished = Optional.of(s.id());
        } else {
            unfinished = Optional.empty();
            snapshots.add(s.id());
        }
    }

    private void commit(Commit commit) {
        commit.checked();
        if (commits.put(commit.id(), commit.parents()) != null) {
            throw duplicate("commit", commit.id());
        }
        for (Sha256 parent : commit.parents()) {
            if (!commits.containsKey(parent)) {
                outsideParents.add(parent);
            }
        }
        usedSnapshots.add(commit.snapshotId());
        if (!commit.signature().isEmpty()) {
            claims.add(new Claim(commit.id(), commit.signature(), commit.signerKeyId()));
        }
    }

    private CheckedReferences compare(Pool pool, Repository repository, Optional<Sha256> head, Set<Sha256> received)
            throws SQLException {
        if (unfinished.isPresent()) {
            throw new Problem(Problem.Code.INVALID_SNAPSHOT, "the last snapshot announces more of itself");
        }
        // A parent that comes later in the stream was taken for one outside; it must not pass as known.
        for (Sha256 parent : outsideParents) {
            if (commits.containsKey(parent)) {
                throw new Problem(Problem.Code.UNKNOWN_PARENT, "commit " + parent + " comes after one that names it"
                        + " as parent; send parents first").with("parent", parent.toString());
            }
        }
        objects.removeAll(received);
        usedSnapshots.removeAll(snapshots);
        usedSnapshots.addAll(outsideBases);
        Set<Sha256> outsideCommits = new HashSet<>(outsideParents);
        head.filter(h -> !commits.containsKey(h)).ifPresent(outsideCommits::add);

        List<Sha256> missingObjects = ObjectRows.missing(pool, repository.id(), objects);
        Set<Sha256> knownSnapshots;
        Map<Sha256, CommitRank> ranks;
        try (Connection c = pool.acquire("integrity")) {
            knownSnapshots = usedSnapshots.isEmpty() ? Set.of()
                    : SnapshotRows.present(c, repository.id(), usedSnapshots);
            ranks = outsideCommits.isEmpty() ? Map.of() : CommitRows.ranks(c, repository.id(), outsideCommits);
        }

        if (!missingObjects.isEmpty()) {
            throw missing(missingObjects);
        }
        requireKnown(outsideBases, knownSnapshots, Problem.Code.UNKNOWN_BASE, "base");
        requireKnown(usedSnapshots, knownSnapshots, Problem.Code.UNKNOWN_SNAPSHOT, "snapshot");
        requireKnown(outsideParents, ranks.keySet(), Problem.Code.UNKNOWN_PARENT, "parent");
        requireKnown(outsideCommits, ranks.keySet(), Problem.Code.UNKNOWN_HEAD, "head");
        return new CheckedReferences(commits, new HashMap<>(ranks), claims);
    }

    private static Problem missing(Collection<Sha256> ids) {
        return new Problem(Problem.Code.MISSING_OBJECTS, "neither this push nor the repository has "
                + ids.size() + " of the objects in the new snapshots; send them and push again")
                .with("count", ids.size())
                .with("missing", Value.texts(ids.stream().limit(LISTED).map(Sha256::toString).toList()));
    }

    private static void requireKnown(Set<Sha256> wanted, Set<Sha256> known, Problem.Code code, String what) {
        for (Sha256 id : wanted) {
            if (!known.contains(id)) {
                throw new Problem(code, what + " " + id + " is neither earlier in this push nor in the repository")
                        .with(what, id.toString());
            }
        }
    }

    private static Problem duplicate(String what, Sha256 id) {
        return new Problem(Problem.Code.DUPLICATE_ID, what + " " + id + " is in this push twice")
                .with(what, id.toString());
    }
}
