package dev.musehub.pages.queries;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.CommitRows;
import dev.musehub.core.rows.CommitRows.CommitNode;
import dev.musehub.core.rows.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * The commits that changed one path, newest first, as {@code git log -- path} has them: where a merge took the file
 * from one of its parents as it was, only that parent is followed. Reads the stored differences of the snapshots it
 * passes, so that a commit costs what it changed and not what it holds. Confined to one thread and one connection.
 */
public final class PathHistory {

    /** What a commit did to the path. */
    public enum PathChangeKind { ADDED, CHANGED, DELETED }

    /** A commit that changed it. */
    public record PathChange(Sha256 commit, PathChangeKind how) { }

    /**
     * A part of the history.
     *
     * @param next where to go on, empty at the end
     * @param visited how many commits were looked at
     */
    public record HistoryPart(List<PathChange> found, List<Sha256> next, int visited) { }

    /** Commits read ahead at a time. */
    private static final int AHEAD = 250;

    /** Lines of history that the next part goes on with; where there are more, the oldest are dropped. */
    public static final int LINES = 100;

    /** The mark of a difference that says nothing of the path. No bytes are known with this hash. */
    private static final Sha256 SILENT = Sha256.ZEROS;

    /**
     * What the difference of a snapshot says of the path; {@link #SILENT} where it says nothing and its base decides.
     */
    private record HistoryStep(Optional<Sha256> base, Optional<Sha256> says) { }

    private final Connection connection;
    private final long repoId;
    private final String path;
    private final Map<Sha256, CommitNode> nodes = new HashMap<>();
    private final Map<Sha256, HistoryStep> steps = new HashMap<>();
    private final Map<Sha256, Optional<Sha256>> contents = new HashMap<>();

    private PathHistory(Connection connection, long repoId, String path) {
        this.connection = connection;
        this.repoId = repoId;
        this.path = path;
    }

    /**
     * The next part of the history of {@code path}.
     *
     * @param from commits to begin at; those that the repository does not have are left out
     * @param most how many commits to find
     * @param visits how many to look at
     */
    public static HistoryPart part(Connection c, long repoId, String path, Collection<Sha256> from, int most,
            int visits) throws SQLException {
        return new PathHistory(c, repoId, path).walk(from, most, visits);
    }

    private HistoryPart walk(Collection<Sha256> from, int most, int visits) throws SQLException {
        PriorityQueue<CommitNode> queue = new PriorityQueue<>(Comparator.comparingLong(CommitNode::generation)
                .thenComparing(CommitNode::id).reversed());
        Set<Sha256> queued = new HashSet<>();
        follow(queue, queued, from);
        List<PathChange> found = new ArrayList<>();
        int visited = 0;
        while (!queue.isEmpty() && found.size() < most && visited < visits) {
            CommitNode node = queue.poll();
            visited++;
            load(node.parents());
            Optional<Sha256> content = content(node.snapshotId());
            List<Sha256> same = new ArrayList<>();
            boolean before = false;
            for (Sha256 parent : node.parents()) {
                Optional<Sha256> its = content(nodes.get(parent).snapshotId());
                before |= its.isPresent();
                if (its.equals(content)) {
                    same.add(parent);
                }
            }
            if (same.isEmpty() && (before || content.isPresent())) {
                found.add(new PathChange(node.id(), !before ? PathChangeKind.ADDED
                        : content.isEmpty() ? PathChangeKind.DELETED : PathChangeKind.CHANGED));
            }
            follow(queue, queued, same.isEmpty() ? node.parents() : same.subList(0, 1));
        }
        List<Sha256> next = new ArrayList<>();
        while (!queue.isEmpty() && next.size() < LINES) {
            next.add(queue.poll().id());
        }
        return new HistoryPart(List.copyOf(found), List.copyOf(next), visited);
    }

    private void follow(PriorityQueue<CommitNode> queue, Set<Sha256> queued, Collection<Sha256> ids)
            throws SQLException {
        load(ids);
        for (Sha256 id : ids) {
            if (nodes.containsKey(id) && queued.add(id)) {
                queue.add(nodes.get(id));
            }
        }
    }

    /** Makes sure that these commits and what their snapshots say are at hand, with some of those before them. */
    private void load(Collection<Sha256> ids) throws SQLException {
        if (nodes.keySet().containsAll(ids)) {
            return;
        }
        Set<Sha256> snapshots = new HashSet<>();
        for (CommitNode node : CommitRows.ancestors(connection, repoId, ids, Math.max(AHEAD, ids.size()))) {
            nodes.put(node.id(), node);
            snapshots.add(node.snapshotId());
        }
        snapshots.removeAll(steps.keySet());
        Sql.of(connection, "select id, base, delta from snapshots where repo_id = ? and id = any (?)")
                .with(repoId).ids(snapshots).each(r -> {
                    Map<String, Sha256> said = new HashMap<>(Map.of(path, SILENT));
                    FileObject.pick(r.getBytes(3), Set.of(path), said);
                    steps.put(Sql.id(r, 1), new HistoryStep(Sql.optionalId(r, 2), Optional.ofNullable(said.get(path))));
                });
    }

    /** The object at the path in a snapshot: up along the bases to the first that says something of it. */
    private Optional<Sha256> content(Sha256 snapshot) throws SQLException {
        List<Sha256> silent = new ArrayList<>();
        Sha256 at = snapshot;
        while (!contents.containsKey(at)) {
            HistoryStep step = steps.get(at);
            if (step == null) {
                // Beyond what was read: the snapshot's own chain has the answer.
                contents.put(at, FileObject.in(connection, repoId, at, path));
            } else if (!step.says().equals(Optional.of(SILENT))) {
                contents.put(at, step.says());
            } else if (step.base().isEmpty()) {
                contents.put(at, Optional.empty());
            } else {
                silent.add(at);
                at = step.base().get();
            }
        }
        Optional<Sha256> content = contents.get(at);
        silent.forEach(id -> contents.put(id, content));
        return content;
    }
}
