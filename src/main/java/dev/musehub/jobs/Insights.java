package dev.musehub.jobs;

import dev.musehub.core.history.Manifest;
import dev.musehub.core.history.ManifestDelta;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.rows.CommitRows.CommitNode;
import dev.musehub.core.rows.Pool;
import dev.musehub.jobs.InsightRows.Insight;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Counts one kind of insight up to the head of the default branch: from where the last run ended, or from the beginning
 * if the branch was moved away from there. Both give the same result.
 */
final class Insights {

    private static final JobLease.LeasedWork NOTHING = _ -> { };

    private final Pool pool;

    Insights(Pool pool) {
        this.pool = pool;
    }

    /** Counts; the work that it returns writes the result. */
    JobLease.LeasedWork run(JobKind kind, long repoId, JobLease lease) throws SQLException {
        Optional<Sha256> head;
        Optional<Insight> last;
        try (Connection c = pool.acquire("insight")) {
            head = InsightRows.defaultHead(c, repoId);
            last = InsightRows.one(c, repoId, kind.text());
        }
        if (head.isEmpty() || kind != JobKind.PROFILE && last.isPresent() && last.get().head().equals(head)) {
            return NOTHING;
        }
        CountedCommits commits = new CountedCommits(pool, repoId);
        return kind == JobKind.PROFILE ? profile(repoId, head.get()) : result(kind, repoId, head.get(),
                switch (kind.source()) {
                    case FILES -> files(kind, commits, head.get(), last);
                    case OBJECTS -> new Growth(commits, repoId, lease).count(head.get(), last);
                    case COMMITS, CHANGES -> counted(kind, commits, head.get(), last, lease);
                    case REPOSITORIES -> throw new IllegalStateException(kind + " is not about one repository");
                });
    }

    private static JobLease.LeasedWork result(JobKind kind, long repoId, Sha256 head, Counting counting) {
        Insight insight = new Insight(kind.text(), Optional.of(head), Counting.json(counting.state()),
                Counting.json(counting.value()));
        return c -> InsightRows.put(c, repoId, insight);
    }

    /** The owner's public repositories and their commits by day: adds up what the jobs of those have counted. */
    private JobLease.LeasedWork profile(long repoId, Sha256 head) throws SQLException {
        Map<String, String> states;
        try (Connection c = pool.acquire("insight")) {
            states = InsightRows.ofOwnersPublic(c, repoId, JobKind.ACTIVITY.text());
        }
        Counting all = Counting.of(JobKind.PROFILE, Value.EMPTY);
        List<Value> repositories = new ArrayList<>();
        states.forEach((slug, state) -> {
            long commits = 0;
            for (Map.Entry<String, Value> day : Counting.parsed(state).dict("counts").entries().entrySet()) {
                long n = day.getValue().asInt("count");
                all.count(day.getKey(), n);
                commits += n;
            }
            repositories.add(Value.dict().put("name", slug).put("count", commits).build());
        });
        Value value = Value.dict().put("rows", all.value().entries().get("rows"))
                .put("repositories", new Value.Array(repositories)).build();
        Insight insight = new Insight(JobKind.PROFILE.text(), Optional.of(head), "{}", Counting.json(value));
        return c -> InsightRows.put(c, repoId, insight);
    }

    private static Counting files(JobKind kind, CountedCommits commits, Sha256 head, Optional<Insight> last)
            throws SQLException {
        Value.Dict state = last.map(insight -> Counting.parsed(insight.state())).orElse(Value.EMPTY);
        // Bytes cannot be taken from a name that was dropped: then all files are counted again.
        Optional<Sha256> from = last.flatMap(Insight::head).filter(_ -> !Counting.isPartial(state));
        Optional<Manifest> before = from.isPresent() ? commits.manifest(from.get()) : Optional.empty();
        // Only the two manifests matter here: the last head need not be an ancestor of the new one.
        Counting counting = Counting.of(kind, before.isPresent() ? state : Value.EMPTY);
        Manifest old = before.orElse(Manifest.EMPTY);
        ManifestDelta delta = commits.manifest(head).orElseThrow().since(old);
        Set<String> gone = new TreeSet<>(delta.del());
        gone.addAll(delta.set().keySet());
        Set<Sha256> touched = new HashSet<>(delta.set().values());
        gone.forEach(path -> old.get(path).ifPresent(touched::add));
        Map<Sha256, Long> sizes = commits.sizes(touched);
        gone.forEach(path -> old.get(path).ifPresent(id -> counting.file(path, id, sizes, -1)));
        delta.set().forEach((path, id) -> counting.file(path, id, sizes, 1));
        return counting;
    }

    private static Counting counted(JobKind kind, CountedCommits commits, Sha256 head, Optional<Insight> last,
            JobLease lease) throws SQLException {
        Optional<Sha256> from = last.flatMap(Insight::head);
        boolean goOn = from.isPresent() && commits.reaches(head, from.get());
        Counting counting = Counting.of(kind, goOn ? Counting.parsed(last.get().state()) : Value.EMPTY);
        for (List<CommitNode> page : commits.pages(head, goOn ? from : Optional.empty())) {
            lease.renew();
            commits.facts(page, kind.source() == JobKind.JobSource.CHANGES, counting::add);
        }
        return counting;
    }
}
