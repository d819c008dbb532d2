package dev.musehub.pages.queries;

import dev.musehub.core.history.SearchWords;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The words of commits, and finding commits by them. PostgreSQL's text search without any language: commits are
 * written in many, and people often look for names that are words of none.
 */
public final class CommitSearch {

    /** Words of one question; shorter ones than {@link #PREFIX} must be whole. */
    private static final int WORDS = 10;
    private static final int PREFIX = 3;
    private static final String BY_AUTHOR = "author:";

    private CommitSearch() {
    }

    /**
     * The search as PostgreSQL's {@code tsquery}: all the words, those of {@value #PREFIX} letters or more as
     * beginnings of words. A word behind {@code author:} must be in the author's name.
     *
     * @return empty where there is no word in it
     */
    static Optional<String> query(String text) {
        List<String> terms = new ArrayList<>();
        for (String part : text.split("\\s+")) {
            boolean author = part.regionMatches(true, 0, BY_AUTHOR, 0, BY_AUTHOR.length());
            String words = SearchWords.ofAuthor(author ? part.substring(BY_AUTHOR.length()) : part);
            for (String word : words.strip().split(" ")) {
                if (!word.isEmpty() && terms.size() < WORDS) {
                    String how = (word.length() >= PREFIX ? "*" : "") + (author ? "A" : "");
                    terms.add("'" + word + "'" + (how.isEmpty() ? "" : ":" + how));
                }
            }
        }
        return terms.isEmpty() ? Optional.empty() : Optional.of(String.join(" & ", terms));
    }

    /**
     * Up to {@code limit} commits that have all words of {@code text}, newest first, those older than {@code after}.
     *
     * @return empty where {@code text} has no words
     */
    public static List<Sha256> find(Connection c, long repoId, String text, Optional<Sha256> after, int limit)
            throws SQLException {
        Optional<String> query = query(text);
        if (query.isEmpty()) {
            return List.of();
        }
        return Sql.of(c, """
                select id from commits
                where repo_id = ? and words @@ (?::tsquery && to_tsquery('simple', ?))
                    and (?::bytea is null or (generation, id)
                        < (select generation, id from commits where repo_id = ? and id = ?))
                order by generation desc, id desc limit ?
                """)
                .with(repoId, "'" + SearchWords.ofRepository(repoId) + "'", query.get(), after, repoId, after, limit)
                .list(r -> Sql.id(r, 1));
    }
}
