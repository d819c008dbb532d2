package dev.musehub.jobs;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.rows.CommitRows.CommitNode;
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
 * Counts each object once, on the earliest day on which a commit brought it in, whatever the order of the commits. The
 * days are in a table, not in the state, so that memory and the cost of a push stay those of one page.
 *
 * <p>Each page is committed by itself: the table, the counts, and the head toward which the job counts. After a crash
 * the job continues from the last finished head: taking the earliest day twice changes nothing. If the branch has been
 * moved away from that head meanwhile, the job counts anew.
 */
final class Growth {

    private static final String TOWARD = "toward";

    private final CountedCommits commits;
    private final long repoId;
    private final JobLease lease;

    Growth(CountedCommits commits, long repoId, JobLease lease) {
        this.commits = commits;
        this.repoId = repoId;
        this.lease = lease;
    }

    Counting count(Sha256 head, Optional<Insight> last) throws SQLException {
        Value.Dict state = last.map(insight -> Counting.parsed(insight.state())).orElse(Value.EMPTY);
        Optional<Sha256> way = state.get(TOWARD).map(v -> v.asId(TOWARD)).or(() -> last.flatMap(Insight::head));
        boolean goOn = way.isPresent() && (way.get().equals(head) || commits.reaches(head, way.get()));
        Counting counting = Counting.of(JobKind.GROWTH, goOn ? state : Value.EMPTY);
        Optional<Sha256> counted = goOn ? last.flatMap(Insight::head) : Optional.empty();
        if (!goOn) {
            lease.write(c -> {
                FirstSeenRows.clear(c, repoId);
                InsightRows.putState(c, repoId, JobKind.GROWTH.text(), counted, toward(counting, head));
            });
        }
        for (List<CommitNode> page : commits.pages(head, counted)) {
            lease.renew();
            Map<Sha256, LocalDate> earliest = new HashMap<>();
            commits.facts(page, true, fact -> fact.change().set().values().forEach(id ->
                    earliest.merge(id, fact.day(), (a, b) -> a.isBefore(b) ? a : b)));
            Map<Sha256, Long> sizes = commits.sizes(earliest.keySet());
            lease.write(c -> {
                move(c, earliest, sizes, counting);
                InsightRows.putState(c, repoId, JobKind.GROWTH.text(), counted, toward(counting, head));
            });
        }
        return counting;
    }

    /** Counts the new objects; an object that turns out to be older moves to its new day. */
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
        return Counting.json(state.put(TOWARD, head.toString()).build());
    }
}
