package dev.musehub.pages.queries;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Where a commit stands on a branch: on the line of first parents that ends at its head, as Muse's own {@code log}
 * shows it.
 *
 * @param place 1 for the oldest
 * @param length the place of the head
 * @param newer the next commit on the line; empty at the head
 */
public record BranchPlace(String branch, long place, long length, Optional<Sha256> newer) {

    /** Steps of one walk, each a look-up of 7 µs. They are enough for lines of 2.5 million commits. */
    private static final int STEPS = 10_000;

    /** The place on the first of {@code branches} that has {@code commit} on its line; empty where none has. */
    public static Optional<BranchPlace> find(Connection c, long repoId, List<String> branches, Sha256 commit)
            throws SQLException {
        for (String branch : branches) {
            Optional<BranchPlace> found = find(c, repoId, branch, commit);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /**
     * Walks down from the head: from mark to mark (256 commits a step) while they are above the commit, then one by
     * one. So 10,000 commits take at most 296 steps. On {@code limit 1} see {@code CommitRows.ancestors}.
     */
    private static Optional<BranchPlace> find(Connection c, long repoId, String branch, Sha256 commit)
            throws SQLException {
        return Sql.of(c, """
                with recursive goal as (
                    select id, place from commits where repo_id = ? and id = ?
                ), walk (id, place, parent1, mark) as (
                    select head.id, head.place, head.parent1, head.mark
                    from branches b cross join lateral (
                        select id, place, parent1, mark from commits where repo_id = b.repo_id and id = b.head limit 1
                    ) as head
                    where b.repo_id = ? and b.name = ?
                    union all
                    select below.id, below.place, below.parent1, below.mark
                    from walk cross join lateral (
                        select id, place, parent1, mark from commits
                        where repo_id = ? and id = case when (walk.place - 1) / 256 * 256 > (select place from goal)
                                                        then walk.mark else walk.parent1 end
                        limit 1
                    ) as below
                    where walk.place > (select place from goal)
                ), line as (select * from walk limit ?)
                select goal.place, (select max(place) from line),
                       (select id from line where place = goal.place + 1)
                from goal where exists (select from line where line.id = goal.id)
                """).with(repoId, commit, repoId, branch.replace('\0', ' '), repoId, STEPS)
                .first(r -> new BranchPlace(branch, r.getLong(1), r.getLong(2), Sql.optionalId(r, 3)));
    }
}
