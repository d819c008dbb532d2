package dev.musehub.core.rows;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.CommitRows.CommitNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Finds the commits that are ancestors of some heads and not of others. Walks down from all of them by generation,
 * highest first, and stops as soon as only commits the client has are left: an incremental fetch costs what is new.
 * Keeps about 300 bytes for each commit it visits. Confined to one thread.
 */
public final class Ancestry {

    /** Commits read ahead at a time; a whole history goes in one query instead. */
    private static final int AHEAD = 1000;

    private final Pool pool;
    private final long repoId;
    private final Map<Sha256, CommitNode> nodes = new HashMap<>();

    private Ancestry(Pool pool, long repoId) {
        this.pool = pool;
        this.repoId = repoId;
    }

    /**
     * What to send.
     *
     * @param commits parents before children
     * @param knownSnapshots snapshots the client has, as far as the new commits touch them
     */
    public record Between(List<CommitNode> commits, Set<Sha256> knownSnapshots) { }

    /**
     * The commits that {@code want} reaches and {@code have} does not; ids in {@code have} that the repository lacks
     * are ignored.
     *
     * @throws Problem {@code not-found} where a wanted commit is not in the repository
     */
    public static Between between(Pool pool, long repoId, Collection<Sha256> want, Collection<Sha256> have)
            throws SQLException {
        Ancestry history = new Ancestry(pool, repoId);
        Set<Sha256> known;
        try (Connection c = pool.acquire("fetch.heads")) {
            Set<Sha256> asked = new HashSet<>(want);
            asked.addAll(have);
            known = CommitRows.ranks(c, repoId, asked).keySet();
        }
        for (Sha256 id : want) {
            if (!known.contains(id)) {
                throw new Problem(Problem.Code.NOT_FOUND, "commit " + id + " is not in this repository; ask for its"
                        + " refs again").with("commit", id.toString());
            }
        }
        Set<Sha256> had = new HashSet<>(have);
        had.retainAll(known);
        return history.walk(new HashSet<>(want), had);
    }

    private Between walk(Set<Sha256> wanted, Set<Sha256> had) throws SQLException {
        Set<Sha256> painted = new HashSet<>(had);
        Set<Sha256> queued = new HashSet<>();
        PriorityQueue<CommitNode> queue =
                new PriorityQueue<>(Comparator.comparingLong(CommitNode::generation).reversed());
        Set<Sha256> starts = new HashSet<>(wanted);
        starts.addAll(had);
        load(starts, had.isEmpty() ? Integer.MAX_VALUE : AHEAD);
        long open = 0;
        for (Sha256 id : starts) {
            queued.add(id);
            queue.add(nodes.get(id));
            open += painted.contains(id) ? 0 : 1;
        }
        List<CommitNode> fresh = new ArrayList<>();
        Set<Sha256> knownSnapshots = new HashSet<>();
        while (open > 0) {
            CommitNode node = queue.poll();
            boolean has = painted.contains(node.id());
            if (has) {
                knownSnapshots.add(node.snapshotId());
            } else {
                fresh.add(node);
                open--;
            }
            for (Sha256 parent : node.parents()) {
                // All children come first, so a parent's colour is final when it leaves the queue.
                if (has && painted.add(parent) && queued.contains(parent)) {
                    open--;
                }
                if (queued.add(parent)) {
                    queue.add(node(parent));
                    open += painted.contains(parent) ? 0 : 1;
                }
            }
        }
        queue.forEach(node -> knownSnapshots.add(node.snapshotId()));
        return new Between(fresh.reversed(), knownSnapshots);
    }

    private CommitNode node(Sha256 id) throws SQLException {
        if (!nodes.containsKey(id)) {
            load(Set.of(id), AHEAD);
        }
        return nodes.get(id);
    }

    private void load(Set<Sha256> from, int limit) throws SQLException {
        try (Connection c = pool.acquire("fetch.history")) {
            for (CommitNode node : CommitRows.ancestors(c, repoId, from, Math.max(limit, from.size()))) {
                nodes.put(node.id(), node);
            }
        }
    }
}
