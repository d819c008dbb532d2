package dev.musehub.pages.queries;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.CommitRows;
import dev.musehub.core.rows.CommitRows.CommitNode;
import dev.musehub.core.rows.CommitRows.SignatureState;
import dev.musehub.core.rows.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
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
 * The commits that a head reaches, newest first: by generation, so that children always come before their parents, and
 * by id where that is equal. This order does not depend on where one begins, so a page goes on behind the last commit
 * of the page before it. The first page costs what it shows; a later one also a look-up, 7 µs, for each commit above.
 */
public final class CommitList {

    /** Commits read ahead at a time: a page of a history without merges in one query. */
    private static final int AHEAD = 100;
    /** Labels of one commit. */
    private static final int LABELS = 5;
    /** Characters of a name. */
    private static final int NAME = 100;

    private static final Comparator<CommitNode> NEWEST = Comparator.comparingLong(CommitNode::generation)
            .thenComparing(CommitNode::id).reversed();

    private CommitList() {
    }

    /** Up to {@code limit} of the commits that {@code from} reaches. */
    public static List<Sha256> newest(Connection c, long repoId, Collection<Sha256> from, int limit)
            throws SQLException {
        Map<Sha256, CommitNode> nodes = new HashMap<>();
        PriorityQueue<CommitNode> queue = new PriorityQueue<>(NEWEST);
        Set<Sha256> queued = new HashSet<>();
        List<Sha256> next = List.copyOf(from);
        List<Sha256> found = new ArrayList<>(limit);
        while (found.size() < limit) {
            if (!nodes.keySet().containsAll(next)) {
                CommitRows.ancestors(c, repoId, next, Math.max(AHEAD, next.size()))
                        .forEach(node -> nodes.put(node.id(), node));
            }
            for (Sha256 id : next) {
                // One that is not here was collected in this moment, with all that only it reached.
                if (nodes.containsKey(id) && queued.add(id)) {
                    queue.add(nodes.get(id));
                }
            }
            if (queue.isEmpty()) {
                return found;
            }
            found.add(queue.peek().id());
            next = queue.poll().parents();
        }
        return found;
    }

    /** Up to {@code limit} of the commits that {@code head} reaches, behind commit {@code after}. */
    public static List<Sha256> older(Connection c, long repoId, Sha256 head, Sha256 after, int limit)
            throws SQLException {
        List<Sha256> from = Sql.of(c, walk(">=") + """
                select id from walk where (generation, id) < (select generation, id from edge)
                """).with(repoId, after, repoId, head, repoId).list(r -> Sql.id(r, 1));
        return newest(c, repoId, from, limit);
    }

    /** Up to {@code limit} of the commits that {@code head} reaches, those just above commit {@code before}. */
    public static List<Sha256> newer(Connection c, long repoId, Sha256 head, Sha256 before, int limit)
            throws SQLException {
        return Sql.of(c, walk(">") + """
                select id from walk where (generation, id) > (select generation, id from edge)
                order by generation, id limit ?
                """).with(repoId, before, repoId, head, repoId, limit).list(r -> Sql.id(r, 1)).reversed();
    }

    /** Walks from a head down to just below an edge; on {@code limit 1} see {@link CommitRows#ancestors}. */
    private static String walk(String above) {
        return """
                with recursive edge as (
                    select generation, id from commits where repo_id = ? and id = ?
                ), walk (id, generation, parent1, parent2) as (
                    select id, generation, parent1, parent2 from commits where repo_id = ? and id = ?
                    union
                    select p.id, p.generation, p.parent1, p.parent2
                    from walk
                    cross join lateral (values (walk.parent1), (walk.parent2)) as parent (id)
                    cross join lateral (
                        select id, generation, parent1, parent2 from commits
                        where repo_id = ? and id = parent.id limit 1
                    ) as p
                    where (walk.generation, walk.id) %s (select generation, id from edge)
                )
                """.formatted(above);
    }

    /**
     * A commit in a list; its names may be cut.
     *
     * @param breaking whether it records breaking changes
     * @param bump Muse's word for what it means to the version
     * @param branches branches whose head it is, a few
     * @param tags names of tags and releases on it, a few
     */
    public record CommitEntry(Sha256 id, String title, boolean breaking, String bump, String author, String agent,
            String model, Instant at, boolean merge, SignatureState signature, Optional<String> signer,
            List<String> branches, List<String> tags) { }

    /** Those of {@code ids} that are here, in their order. */
    public static List<CommitEntry> entries(Connection c, long repoId, List<Sha256> ids) throws SQLException {
        Map<Sha256, CommitEntry> found = new HashMap<>();
        Sql.of(c, """
                select c.id, c.title, c.breaking, c.sem_ver_bump, left(c.author, ?),
                    left(c.agent_id, ?), left(c.model_id, ?), c.committed_at, c.parent2 is not null,
                    c.signature_state, u.name,
                    array(select name from branches where head = c.id and repo_id = c.repo_id order by name limit ?),
                    array(select left(tag, ?) from tags where commit_id = c.id and repo_id = c.repo_id
                          order by tag limit ?)
                    || array(select left(tag, ?) from releases where commit_id = c.id and repo_id = c.repo_id
                             and not draft order by tag limit ?)
                from commits c left join users u on u.id = c.signer_id
                where c.repo_id = ? and c.id = any (?)
                """)
                .with(NAME, NAME, NAME, LABELS, NAME, LABELS, NAME, LABELS, repoId).ids(ids)
                .each(r -> found.put(Sql.id(r, 1), entry(r)));
        return ids.stream().filter(found::containsKey).map(found::get).toList();
    }

    private static CommitEntry entry(ResultSet r) throws SQLException {
        return new CommitEntry(Sql.id(r, 1), r.getString(2), r.getBoolean(3), r.getString(4), r.getString(5),
                r.getString(6), r.getString(7), Sql.time(r, 8), r.getBoolean(9),
                SignatureState.ofText(r.getString(10)), Optional.ofNullable(r.getString(11)), Sql.texts(r, 12),
                Sql.texts(r, 13));
    }
}
