package dev.musehub.pages.queries;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.CommitRows;
import dev.musehub.core.rows.CommitRows.CommitNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * How many commits each of two heads has that the other lacks. Results are kept, as they never change; heads that are
 * too far apart are not counted. Safe for many threads.
 */
public final class Divergence {

    /** Commits looked at for one page of branches, all of them together: about 20 ms. */
    private static final int NEAR = 2_000;
    private static final int KEPT = 20_000;

    /** Commits that only one of the two reaches. */
    public record Counts(int ahead, int behind) { }

    private record Pair(Sha256 base, Sha256 head) { }

    private final Map<Pair, Optional<Counts>> kept = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Pair, Optional<Counts>> eldest) {
            return size() > KEPT;
        }
    };

    /** How far each of {@code heads} is from {@code base}; those too far away are left out. */
    public Map<Sha256, Counts> of(Connection c, long repoId, Sha256 base, Collection<Sha256> heads)
            throws SQLException {
        Map<Sha256, Counts> counts = new HashMap<>();
        Set<Sha256> unknown = new HashSet<>();
        synchronized (kept) {
            for (Sha256 head : heads) {
                Optional<Counts> known = kept.get(new Pair(base, head));
                if (known == null) {
                    unknown.add(head);
                } else {
                    known.ifPresent(found -> counts.put(head, found));
                }
            }
        }
        if (unknown.isEmpty()) {
            return counts;
        }
        Map<Sha256, CommitNode> near = new HashMap<>();
        Set<Sha256> from = new HashSet<>(unknown);
        from.add(base);
        CommitRows.ancestors(c, repoId, from, Math.max(NEAR, from.size())).forEach(node -> near.put(node.id(), node));
        Map<Pair, Optional<Counts>> found = new HashMap<>();
        unknown.forEach(head -> found.put(new Pair(base, head), between(near, base, head)));
        // Heads that were counted now are not looked at again, so the others have more room the next time. A head is
        // kept as too far away only where none of the others was counted.
        boolean closer = found.values().stream().anyMatch(Optional::isPresent);
        synchronized (kept) {
            found.forEach((pair, it) -> {
                if (it.isPresent() || !closer) {
                    kept.put(pair, it);
                }
            });
        }
        found.forEach((pair, it) -> it.ifPresent(close -> counts.put(pair.head(), close)));
        return counts;
    }

    /**
     * Paints what each reaches, newest first, until only what both reach is left; empty where it leaves what is near.
     */
    private static Optional<Counts> between(Map<Sha256, CommitNode> near, Sha256 base, Sha256 head) {
        Map<Sha256, Integer> colours = new HashMap<>();
        PriorityQueue<CommitNode> queue =
                new PriorityQueue<>(Comparator.comparingLong(CommitNode::generation).reversed());
        int[] only = new int[4];
        int open = 0;
        for (Map.Entry<Sha256, Integer> start : List.of(Map.entry(base, 1), Map.entry(head, 2))) {
            if (!near.containsKey(start.getKey())) {
                return Optional.empty();
            }
            if (colours.merge(start.getKey(), start.getValue(), (a, b) -> a | b).equals(start.getValue())) {
                queue.add(near.get(start.getKey()));
                open++;
            } else {
                open--;
            }
        }
        while (open > 0) {
            CommitNode node = queue.poll();
            int colour = colours.get(node.id());
            only[colour]++;
            open -= colour == 3 ? 0 : 1;
            for (Sha256 parent : node.parents()) {
                if (!near.containsKey(parent)) {
                    return Optional.empty();
                }
                Integer before = colours.get(parent);
                int after = (before == null ? 0 : before) | colour;
                colours.put(parent, after);
                if (before == null) {
                    queue.add(near.get(parent));
                    open += after == 3 ? 0 : 1;
                } else if (before != 3 && after == 3) {
                    open--;
                }
            }
        }
        return Optional.of(new Counts(only[2], only[1]));
    }
}
