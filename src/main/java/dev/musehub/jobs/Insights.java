package dev.musehub.jobs;

import dev.musehub.core.history.Commit;
import dev.musehub.core.history.Manifest;
import dev.musehub.core.history.ManifestDelta;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.rows.Ancestry;
import dev.musehub.core.rows.CommitRows;
import dev.musehub.core.rows.CommitRows.CommitNode;
import dev.musehub.core.rows.CommitRows.Recorded;
import dev.musehub.core.rows.ObjectRows;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.SnapshotBytes;
import dev.musehub.core.rows.SnapshotRows;
import dev.musehub.core.rows.SnapshotRows.SnapshotRow;
import dev.musehub.core.wire.JsonValues;
import dev.musehub.core.wire.Limits;
import dev.musehub.core.wire.MsgPackValues;
import dev.musehub.jobs.InsightRows.Insight;
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

    private static final JobLease.LeasedWork NOTHING = _ -> { };

    private final Pool pool;

    Insights(Pool pool) {
        this.pool = pool;
    }

    /** Counts; what it returns writes the result. */
    JobLease.LeasedWork run(JobKind kind, long repoId, JobLease turn) throws SQLException {
        Optional<Sha256> head;
        Optional<Insight> last;
        try (Connection c = pool.acquire("insight")) {
            head = InsightRows.defaultHead(c, repoId);
            last = InsightRows.one(c, repoId, kind.text());
        }
        if (head.isEmpty() || kind != JobKind.PROFILE && last.isPresent() && last.get().head().equals(head)) {
            return NOTHING;
        }
        return switch (kind) {
            case PROFILE -> profile(repoId, head.get());
            case LANGUAGES -> result(kind, repoId, head.get(), languages(repoId, head.get(), last));
            case GROWTH -> result(kind, repoId, head.get(),
                    new Growth(pool, this, repoId, turn).count(head.get(), last));
            case ACTIVITY, CONTRIBUTORS, AGENTS, CHURN, VERSIONS, SIGNATURES ->
                result(kind, repoId, head.get(), commits(kind, repoId, head.get(), last, turn));
        };
    }

    private static JobLease.LeasedWork result(JobKind kind, long repoId, Sha256 head, Counting counting) {
        Insight insight = new Insight(kind.text(), Optional.of(head), json(counting.state()), json(counting.value()));
        return c -> InsightRows.put(c, repoId, insight);
    }

    static String json(Value value) {
        return new String(JsonValues.encode(value), StandardCharsets.UTF_8);
    }

    static Value.Dict parsed(String state) {
        return JsonValues.decode(state.getBytes(StandardCharsets.UTF_8)).asDict("state");
    }

    /** The owner's public repositories and their commits by day. From scratch: it adds up what others have counted. */
    private JobLease.LeasedWork profile(long repoId, Sha256 head) throws SQLException {
        Map<String, String> states;
        try (Connection c = pool.acquire("insight")) {
            states = InsightRows.ofOwnersPublic(c, repoId, JobKind.ACTIVITY.text());
        }
        Counting all = Counting.of(JobKind.PROFILE, Value.EMPTY);
        List<Value> repositories = new ArrayList<>();
        states.forEach((slug, state) -> {
            long commits = 0;
            for (Map.Entry<String, Value> day : parsed(state).dict("counts").entries().entrySet()) {
                long n = day.getValue().asInt("count");
                all.count(day.getKey(), n);
                commits += n;
            }
            repositories.add(Value.dict().put("name", slug).put("count", commits).build());
        });
        Value value = Value.dict().put("rows", all.value().entries().get("rows"))
                .put("repositories", new Value.Array(repositories)).build();
        Insight insight = new Insight(JobKind.PROFILE.text(), Optional.of(head), "{}", json(value));
        return c -> InsightRows.put(c, repoId, insight);
    }

    private Counting languages(long repoId, Sha256 head, Optional<Insight> last) throws SQLException {
        Optional<Manifest> before = Optional.empty();
        if (last.isPresent() && last.get().head().isPresent()) {
            before = manifest(repoId, last.get().head().get());
        }
        // A manifest is all that matters here: where the last head is still known, no matter where it lies.
        Counting counting = Counting.of(JobKind.LANGUAGES, before.isPresent() ? parsed(last.get().state()) : Value.EMPTY);
        Manifest old = before.orElse(Manifest.EMPTY);
        ManifestDelta delta = manifest(repoId, head).orElseThrow().since(old);
        Set<String> gone = new TreeSet<>(delta.del());
        gone.addAll(delta.set().keySet());
        Set<Sha256> touched = new HashSet<>(delta.set().values());
        gone.forEach(path -> old.get(path).ifPresent(touched::add));
        Map<Sha256, Long> sizes;
        try (Connection c = pool.acquire("insight")) {
            sizes = ObjectRows.sizes(c, touched);
        }
        gone.forEach(path -> old.get(path).ifPresent(id -> counting.language(path, id, sizes, -1)));
        delta.set().forEach((path, id) -> counting.language(path, id, sizes, 1));
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
        return MsgPackValues.commit(recorded.record());
    }

    private Counting commits(JobKind kind, long repoId, Sha256 head, Optional<Insight> last, JobLease turn)
            throws SQLException {
        Optional<Sha256> from = last.flatMap(Insight::head);
        boolean goOn = from.isPresent() && reaches(repoId, head, from.get());
        Counting counting = Counting.of(kind, goOn ? parsed(last.get().state()) : Value.EMPTY);
        for (List<CommitNode> page : pages(repoId, head, goOn ? from : Optional.empty())) {
            turn.keep();
            facts(repoId, page, kind == JobKind.CHURN, counting::add);
        }
        return counting;
    }

    boolean reaches(long repoId, Sha256 head, Sha256 ancestor) throws SQLException {
        try (Connection c = pool.acquire("insight")) {
            return CommitRows.reaches(c, repoId, List.of(head), ancestor);
        }
    }

    /** The commits of {@code head} that {@code counted} does not reach. */
    List<List<CommitNode>> pages(long repoId, Sha256 head, Optional<Sha256> counted) throws SQLException {
        List<CommitNode> nodes = Ancestry.between(pool, repoId, List.of(head), counted.stream().toList()).commits();
        List<List<CommitNode>> pages = new ArrayList<>();
        for (int from = 0; from < nodes.size(); from += Limits.CHUNK) {
            pages.add(nodes.subList(from, Math.min(from + Limits.CHUNK, nodes.size())));
        }
        return pages;
    }

    /** Takes the facts of one commit after another. */
    interface CommitConsumer {
        void take(Counting.Fact fact) throws SQLException;
    }

    /** Reads a page of commits, with what each changed if asked for; one commit's change in memory at a time. */
    void facts(long repoId, List<CommitNode> nodes, boolean withChanges, CommitConsumer taker) throws SQLException {
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
                    ? change(repoId, rows.get(commit.snapshotId()), commit.parent1().map(parentSnapshots::get))
                    : ManifestDelta.EMPTY;
            taker.take(new Counting.Fact(commit, one.signature(), change));
        }
    }

    /** The difference of a snapshot to its commit's first parent's: nearly always the stored one. */
    private ManifestDelta change(long repoId, SnapshotRow row, Optional<Sha256> parent) throws SQLException {
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
}
