package dev.musehub.jobs;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.rows.CommitRows.CommitNode;
import dev.musehub.core.rows.ObjectRows;
import dev.musehub.core.rows.Pool;
import dev.musehub.jobs.FirstSeenRows.FirstSeen;
import dev.musehub.jobs.InsightRows.Insight;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Counts each object once, on the earliest day on which a commit brought it in, whatever the order in which the commits
 * come. Which day that was is a table, not part of the state, so that memory and a push's cost stay those of a page.
 *
 * <p>Each page is committed by itself: table and counts together, under the head counted <em>toward</em>. Taking the
 * earliest day twice changes nothing, so who goes on after a crash may begin at the last finished head; but if the
 * branch has left that way meanwhile, counting begins anew.
 */
final class Growth {

    private static final String TOWARD = "toward";

    private final Pool pool;
    private final Insights insights;
    private final long repoId;
    private final JobLease turn;

    Growth(Pool pool, Insights insights, long repoId, JobLease turn) {
        this.pool = pool;
        this.insights = insights;
        this.repoId = repoId;
        this.turn = turn;
    }

    Counting count(Sha256 head, Optional<Insight> last) throws SQLException {
        Value.Dict state = last.map(insight -> Insights.parsed(insight.state())).orElse(Value.EMPTY);
        Optional<Sha256> way = state.get(TOWARD).map(v -> v.asId(TOWARD)).or(() -> last.flatMap(Insight::head));
        boolean goOn = way.isPresent() && (way.get().equals(head) || insights.reaches(repoId, head, way.get()));
        Counting counting = Counting.of(JobKind.GROWTH, goOn ? state : Value.EMPTY);
        Optional<Sha256> counted = goOn ? last.flatMap(Insight::head) : Optional.empty();
        if (!goOn) {
            turn.write(c -> {
                FirstSeenRows.clear(c, repoId);
                InsightRows.putState(c, repoId, JobKind.GROWTH.text(), counted, toward(counting, head));
            });
        }
        for (List<CommitNode> page : insights.pages(repoId, head, counted)) {
            turn.keep();
            Map<Sha256, LocalDate> earliest = new HashMap<>();
            insights.facts(repoId, page, true, fact -> fact.change().set().values().forEach(id ->
                    earliest.merge(id, fact.day(), (a, b) -> a.isBefore(b) ? a : b)));
            Map<Sha256, Long> sizes;
            try (Connection c = pool.acquire("insight")) {
                sizes = ObjectRows.sizes(c, earliest.keySet());
            }
            turn.write(c -> {
                move(c, earliest, sizes, counting);
                InsightRows.putState(c, repoId, JobKind.GROWTH.text(), counted, toward(counting, head));
            });
        }
        return counting;
    }

    /** Counts objects that are new, and those that turned out to be older under their new day. */
    private void move(Connection c, Map<Sha256, LocalDate> earliest, Map<Sha256, Long> sizes, Counting counting)
            throws SQLException {
        Map<Sha256, LocalDate> known = FirstSeenRows.days(c, repoId, earliest.keySet());
        List<FirstSeen> seen = new ArrayList<>();
        earliest.forEach((id, day) -> {
            Optional<LocalDate> before = Optional.ofNullable(known.get(id));
            if (before.isEmpty() || day.isBefore(before.get())) {
                long size = sizes.getOrDefault(id, 0L);
                before.ifPresent(old -> counting.count(old.toString(), -size));
                counting.count(day.toString(), size);
                seen.add(new FirstSeen(id, day));
            }
        });
        FirstSeenRows.put(c, repoId, seen);
    }

    private static String toward(Counting counting, Sha256 head) {
        Value.Builder state = Value.dict();
        counting.state().entries().forEach(state::put);
        return Insights.json(state.put(TOWARD, head.toString()).build());
    }
}
