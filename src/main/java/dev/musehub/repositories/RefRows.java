package dev.musehub.repositories;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Names of commits: branches, releases and tags. */
public final class RefRows {

    /** A commit and its files. */
    public record Tip(Sha256 commit, Sha256 snapshot) { }

    /** Some names of a repository, each kind in order. */
    public record RefNames(List<String> branches, List<String> tags) { }

    /** The fewest hex digits that a commit can be asked for by. */
    public static final int PREFIX = 4;

    private RefRows() {
    }

    /** Whether {@code text} can be the beginning of an id. */
    public static boolean isPrefix(String text) {
        return text.length() >= PREFIX && text.length() <= Sha256.HEX_LENGTH
                && text.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
    }

    /** Up to {@code limit} commits whose ids begin with these hex digits: a range of the primary key. */
    public static List<Sha256> withPrefix(Connection c, long repoId, String hex, int limit) throws SQLException {
        HexFormat format = HexFormat.of();
        return Sql.of(c, "select id from commits where repo_id = ? and id between ? and ? order by id limit ?")
                .with(repoId, format.parseHex(hex + "0".repeat(Sha256.HEX_LENGTH - hex.length())),
                        format.parseHex(hex + "f".repeat(Sha256.HEX_LENGTH - hex.length())), limit)
                .list(r -> Sql.id(r, 1));
    }

    /**
     * The commit that the branch {@code name} is at, else a release of that name, else a tag; of several tags of one
     * name, which Muse allows, the one on the newest commit.
     */
    public static Optional<Tip> find(Connection c, long repoId, String name) throws SQLException {
        String text = name.replace('\0', ' ');
        return Sql.of(c, """
                select c.id, c.snapshot_id
                from (
                    select 1 as rank, head as id from branches where repo_id = ? and name = ?
                    union all select 2, commit_id from releases where repo_id = ? and tag = ? and not draft
                    union all select 3, commit_id from tags where repo_id = ? and tag = ?
                ) as named
                join commits c on c.repo_id = ? and c.id = named.id
                order by named.rank, c.generation desc limit 1
                """).with(repoId, text, repoId, text, repoId, text, repoId)
                .first(r -> new Tip(Sql.id(r, 1), Sql.id(r, 2)));
    }

    /** The head of the branch {@code name}; empty where there is no such branch. */
    public static Optional<Sha256> head(Connection c, long repoId, String name) throws SQLException {
        return Sql.of(c, "select head from branches where repo_id = ? and name = ?")
                .with(repoId, name.replace('\0', ' ')).first(r -> Sql.id(r, 1));
    }

    /** The first names of a repository, up to {@code limit} of each kind. */
    public static RefNames names(Connection c, long repoId, int limit) throws SQLException {
        return Sql.of(c, """
                select array(select name from branches where repo_id = ? order by name limit ?),
                       array(select tag from (select tag from tags where repo_id = ?
                                              union select tag from releases where repo_id = ? and not draft) as t
                             order by tag desc limit ?)
                """).with(repoId, limit, repoId, repoId, limit)
                .one(r -> new RefNames(Sql.texts(r, 1), Sql.texts(r, 2)));
    }
}
