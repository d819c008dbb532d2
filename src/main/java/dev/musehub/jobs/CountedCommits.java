package dev.musehub.jobs;

import dev.musehub.core.history.Commit;
import dev.musehub.core.history.CommitFields;
import dev.musehub.core.history.Manifest;
import dev.musehub.core.history.ManifestDelta;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Ancestry;
import dev.musehub.core.rows.CommitRows;
import dev.musehub.core.rows.CommitRows.CommitNode;
import dev.musehub.core.rows.CommitRows.Recorded;
import dev.musehub.core.rows.ObjectRows;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.SnapshotBytes;
import dev.musehub.core.rows.SnapshotRows;
import dev.musehub.core.rows.SnapshotRows.SnapshotRow;
import dev.musehub.core.wire.Limits;
import dev.musehub.core.wire.MsgPackValues;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The commits that jobs count, read in pages. No connection is held between two reads. */
final class CountedCommits {

    private final Pool pool;
    private final long repoId;

    CountedCommits(Pool pool, long repoId) {
        this.pool = pool;
        this.repoId = repoId;
    }

    boolean reaches(Sha256 head, Sha256 ancestor) throws SQLException {
        try (Connection c = pool.acquire("insight")) {
            return CommitRows.reaches(c, repoId, List.of(head), ancestor);
        }
    }

    /** The commits that {@code head} reaches and {@code counted} does not. */
    List<List<CommitNode>> pages(Sha256 head, Optional<Sha256> counted) throws SQLException {
        List<CommitNode> nodes = Ancestry.between(pool, repoId, List.of(head), counted.stream().toList()).commits();
        List<List<CommitNode>> pages = new ArrayList<>();
        for (int from = 0; from < nodes.size(); from += Limits.CHUNK) {
            pages.add(nodes.subList(from, Math.min(from + Limits.CHUNK, nodes.size())));
        }
        return pages;
    }

    /** Gets the facts of one commit after another. */
    interface CommitConsumer {
        void take(Counting.Fact fact) throws SQLException;
    }

    /**
     * Reads a page of commits, with the changes of each if {@code withChanges}. Only one commit's changes are in memory
     * at a time.
     */
    void facts(List<CommitNode> nodes, boolean withChanges, CommitConsumer taker) throws SQLException {
        List<Recorded> recorded;
        Map<Sha256, SnapshotRow> rows = new HashMap<>();
        Map<Sha256, Sha256> parentSnapshots = new HashMap<>();
        try (Connection c = pool.acquire("insight.page")) {
            recorded = CommitRows.recorded(c, repoId, nodes.stream().map(CommitNode::id).toList());
            if (withChanges) {
                for (SnapshotRow row : SnapshotRows.read(c, repoId,
                        new HashSet<>(nodes.stream().map(CommitNode::snapshotId).toList()))) {
                    rows.put(row.id(), row);
                }
                Set<Sha256> parents = new HashSet<>();
                nodes.forEach(node -> node.parents().stream().findFirst().ifPresent(parents::add));
                for (CommitNode parent : CommitRows.nodes(c, repoId, parents)) {
                    parentSnapshots.put(parent.id(), parent.snapshotId());
                }
            }
        }
        for (Recorded one : recorded) {
            Commit commit = commit(one);
            ManifestDelta change = withChanges
                    ? change(rows.get(commit.snapshotId()), commit.parent1().map(parentSnapshots::get))
                    : ManifestDelta.EMPTY;
            taker.take(new Counting.Fact(commit, one.signature(), change));
        }
    }

    /** The difference between a commit's snapshot and that of its first parent: nearly always the stored one. */
    private ManifestDelta change(SnapshotRow row, Optional<Sha256> parent) throws SQLException {
        if (parent.equals(Optional.of(row.id()))) {
            return ManifestDelta.EMPTY;
        }
        if (parent.equals(row.base())) {
            return SnapshotBytes.decodeDelta(row.delta());
        }
        try (Connection c = pool.acquire("insight")) {
            Manifest before = parent.isEmpty() ? Manifest.EMPTY
                    : SnapshotRows.manifest(c, repoId, parent.get()).orElseThrow();
            return SnapshotRows.manifest(c, repoId, row.id()).orElseThrow().since(before);
        }
    }

    /** The files of a commit; empty where the commit was collected. */
    Optional<Manifest> manifest(Sha256 commit) throws SQLException {
        try (Connection c = pool.acquire("insight")) {
            List<Recorded> recorded = CommitRows.recorded(c, repoId, List.of(commit));
            return recorded.isEmpty() ? Optional.empty()
                    : SnapshotRows.manifest(c, repoId, commit(recorded.getFirst()).snapshotId());
        }
    }

    private static Commit commit(Recorded recorded) {
        return CommitFields.WIRE.parse(MsgPackValues.decode(recorded.record()).asDict("commit"));
    }

    /** Lengths in bytes of the objects that are known. */
    Map<Sha256, Long> sizes(Collection<Sha256> ids) throws SQLException {
        try (Connection c = pool.acquire("insight")) {
            return ObjectRows.sizes(c, ids);
        }
    }
}
