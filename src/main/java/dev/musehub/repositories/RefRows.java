package dev.musehub.repositories;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Rows;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Names of commits: branches, releases and tags. */
public final class RefRows {

    /** A commit and its files. */
    public record Tip(Sha256 commit, Sha256 snapshot) { }

    /** Some names of a repository, each kind in order. */
    public record RefNames(List<String> branches, List<String> tags) { }

    private RefRows() {
    }

    /**
     * The commit that the branch {@code name} is at, else a release of that name, else a tag; of several tags of one
     * name, which Muse allows, the one furthest from the beginning.
     */
    public static Optional<Tip> find(Connection c, long repoId, String name) throws SQLException {
        String sql = """
                select c.id, c.snapshot_id
                from (
                    select 1 as rank, head as id from branches where repo_id = ? and name = ?
                    union all select 2, commit_id from releases where repo_id = ? and tag = ?
                    union all select 3, commit_id from tags where repo_id = ? and tag = ?
                ) as named
                join commits c on c.repo_id = ? and c.id = named.id
                order by named.rank, c.generation desc limit 1
                """;
        String text = name.replace('\0', ' ');
        try (PreparedStatement s = c.prepareStatement(sql)) {
            for (int i = 1; i < 7; i += 2) {
                s.setLong(i, repoId);
                s.setString(i + 1, text);
            }
            s.setLong(7, repoId);
            try (ResultSet r = s.executeQuery()) {
                return r.next() ? Optional.of(new Tip(Rows.id(r, 1), Rows.id(r, 2))) : Optional.empty();
            }
        }
    }

    /** The first names of a repository, up to {@code limit} of each kind. */
    public static RefNames names(Connection c, long repoId, int limit) throws SQLException {
        String sql = """
                select array(select name from branches where repo_id = ? order by name limit ?),
                       array(select tag from (select tag from tags where repo_id = ?
                                              union select tag from releases where repo_id = ?) as t
                             order by tag desc limit ?)
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            s.setInt(2, limit);
            s.setLong(3, repoId);
            s.setLong(4, repoId);
            s.setInt(5, limit);
            try (ResultSet r = s.executeQuery()) {
                r.next();
                return new RefNames(List.of((String[]) r.getArray(1).getArray()),
                        List.of((String[]) r.getArray(2).getArray()));
            }
        }
    }
}
