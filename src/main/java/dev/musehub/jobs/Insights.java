package dev.musehub.jobs;

import dev.musehub.db.CommitRows;
import dev.musehub.db.CommitRows.Node;
import dev.musehub.db.CommitRows.Recorded;
import dev.musehub.db.History;
import dev.musehub.db.InsightRows;
import dev.musehub.db.InsightRows.Insight;
import dev.musehub.db.ObjectRows;
import dev.musehub.db.Pool;
import dev.musehub.db.SnapshotBytes;
import dev.musehub.db.SnapshotRows;
import dev.musehub.db.SnapshotRows.SnapshotRow;
import dev.musehub.model.Commit;
import dev.musehub.model.CommitFields;
import dev.musehub.model.Manifest;
import dev.musehub.model.ManifestDelta;
import dev.musehub.model.Sha256;
import dev.musehub.model.Value;
import dev.musehub.wire.JsonValues;
import dev.musehub.wire.Limits;
import dev.musehub.wire.MsgPackValues;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Brings one kind of insight up to the head of the default branch: from where the last run ended, or from the beginning
 * where the branch was moved elsewhere. Either way gives the same. In pages, no connection held between them.
 */
final class Insights {

    private final Pool pool;

    Insights(Pool pool) {
        this.pool = pool;
    }

    void run(Kind kind, long repoId) throws SQLException {
        Optional<Sha256> head;
        Optional<Insight> last;
        try (Connection c = pool.acquire("insight")) {
            head = InsightRows.defaultHead(c, repoId);
            last = InsightRows.one(c, repoId, kind.text());
        }
        if (head.isEmpty() || kind != Kind.PROFILE && last.isPresent() && last.get().head().equals(head.get())) {
            return;
        }
        Counting counting = switch (kind) {
            case PROFILE -> profile(repoId);
            case LANGUAGES -> languages(repoId, head.get(), last);
            default -> commits(kind, repoId, head.get(), last);
        };
        try (Connection c = pool.acquire("insight")) {
            InsightRows.put(c, repoId, new Insight(kind.text(), head.get(), json(counting.state()),
                    json(counting.value())));
        }
    }

    private static String json(Value value) {
        return new String(JsonValues.encode(value), StandardCharsets.UTF_8);
    }

    private static Value.Dict state(Insight insight) {
        return JsonValues.decode(insight.state().getBytes(StandardCharsets.UTF_8)).asDict("state");
    }

    private Counting profile(long repoId) throws SQLException {
        Counting all = Counting.of(Kind.PROFILE, Value.EMPTY);
        try (Connection c = pool.acquire("insight")) {
            for (Insight activity : InsightRows.ofOwner(c, repoId, Kind.ACTIVITY.text())) {
                state(activity).dict("counts").entries().forEach((day, n) -> all.count(day, n.asInt("count")));
            }
        }
        return all;
    }

    private Counting languages(long repoId, Sha256 head, Optional<Insight> last) throws SQLException {
        Manifest before = Manifest.EMPTY;
        if (last.isPresent()) {
            before = manifest(repoId, last.get().head()).orElse(Manifest.EMPTY);
        }
        boolean goOn = before.size() > 0;
        Counting counting = Counting.of(Kind.LANGUAGES, goOn ? state(last.get()) : Value.EMPTY);
        Manifest after = manifest(repoId, head).orElseThrow();
        ManifestDelta delta = after.since(before);
        Set<Sha256> touched = new HashSet<>(delta.set().values());
        for (String path : delta.del()) {
            before.get(path).ifPresent(touched::add);
        }
        for (String path : delta.set().keySet()) {
            before.get(path).ifPresent(touched::add);
        }
        Map<Sha256, Long> sizes;
        try (Connection c = pool.acquire("insight")) {
            sizes = ObjectRows.sizes(c, touched);
        }
        Set<String> gone = new TreeSet<>(delta.del());
        gone.addAll(delta.set().keySet());
        for (String path : gone) {
            before.get(path).ifPresent(id -> counting.language(path, id, sizes, -1));
        }
        delta.set().forEach((path, id) -> counting.language(path, id, sizes, 1));
        counting.dropZeros();
        return counting;
    }

    /** The files of a commit; empty where the commit was collected. */
    private Optional<Manifest> manifest(long repoId, Sha256 commit) throws SQLException {
        try (Connection c = pool.acquire("insight")) {
            List<Recorded> recorded = CommitRows.recorded(c, repoId, List.of(commit));
            return recorded.isEmpty() ? Optional.empty()
                    : SnapshotRows.manifest(c, repoId, commit(recorded.getFirst()).snapshotId());
        }
    }

    private static Commit commit(Recorded recorded) {
        return CommitFields.WIRE.parse(MsgPackValues.decode(recorded.record()).asDict("commit"));
    }

    private Counting commits(Kind kind, long repoId, Sha256 head, Optional<Insight> last) throws SQLException {
        boolean goOn = false;
        if (last.isPresent()) {
            try (Connection c = pool.acquire("insight")) {
                goOn = CommitRows.reaches(c, repoId, List.of(head), last.get().head());
            }
        }
        Counting counting = Counting.of(kind, goOn ? state(last.get()) : Value.EMPTY);
        List<Node> nodes = History.between(pool, repoId, List.of(head),
                goOn ? List.of(last.get().head()) : List.of()).commits();
        for (int from = 0; from < nodes.size(); from += Limits.CHUNK) {
            facts(repoId, nodes.subList(from, Math.min(from + Limits.CHUNK, nodes.size()))).forEach(counting::add);
        }
        return counting;
    }

    private List<Counting.Fact> facts(long repoId, List<Node> nodes) throws SQLException {
        try (Connection c = pool.acquire("insight.page")) {
            List<Recorded> recorded = CommitRows.recorded(c, repoId, nodes.stream().map(Node::id).toList());
            List<Commit> commits = recorded.stream().map(Insights::commit).toList();
            Map<Sha256, Sha256> parentSnapshots = parentSnapshots(c, repoId, commits);
            Map<Sha256, SnapshotRow> rows = new HashMap<>();
            Set<Sha256> snapshots = new HashSet<>();
            commits.forEach(commit -> snapshots.add(commit.snapshotId()));
            for (SnapshotRow row : SnapshotRows.read(c, repoId, snapshots)) {
                rows.put(row.id(), row);
            }
            List<Counting.Fact> facts = new ArrayList<>();
            for (int i = 0; i < commits.size(); i++) {
                Commit commit = commits.get(i);
                Optional<Sha256> parent = commit.parent1().map(parentSnapshots::get);
                ManifestDelta delta = delta(c, repoId, rows.get(commit.snapshotId()), parent);
                Set<String> changed = new TreeSet<>(delta.set().keySet());
                changed.addAll(delta.del());
                long bytes = ObjectRows.sizes(c, new HashSet<>(delta.set().values())).values().stream()
                        .mapToLong(Long::longValue).sum();
                facts.add(new Counting.Fact(commit, recorded.get(i).signature(), changed, bytes));
            }
            return facts;
        }
    }

    private static Map<Sha256, Sha256> parentSnapshots(Connection c, long repoId, List<Commit> commits)
            throws SQLException {
        List<Sha256> parents = commits.stream().flatMap(commit -> commit.parent1().stream()).distinct().toList();
        Map<Sha256, Sha256> snapshots = new HashMap<>();
        for (Recorded parent : CommitRows.recorded(c, repoId, parents)) {
            snapshots.put(parent.id(), commit(parent).snapshotId());
        }
        return snapshots;
    }

    /** The difference of a snapshot to its commit's first parent's: nearly always the stored one. */
    private static ManifestDelta delta(Connection c, long repoId, SnapshotRow row, Optional<Sha256> parent)
            throws SQLException {
        if (parent.equals(Optional.of(row.id()))) {
            return ManifestDelta.EMPTY;
        }
        if (parent.equals(row.base())) {
            return SnapshotBytes.decodeDelta(row.delta());
        }
        Manifest before = parent.isEmpty() ? Manifest.EMPTY
                : SnapshotRows.manifest(c, repoId, parent.get()).orElseThrow();
        return SnapshotRows.manifest(c, repoId, row.id()).orElseThrow().since(before);
    }
}
