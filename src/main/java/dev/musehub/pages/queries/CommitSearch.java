package dev.musehub.pages.queries;

import dev.musehub.core.history.SearchWords;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Rows;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The words of commits, and finding commits by them. PostgreSQL's plain text search without any language: commits are
 * written in all of them, and what is no word of one is often what people look for.
 */
public final class CommitSearch {

    /** Words of one question; shorter ones than {@link #PREFIX} must be whole. */
    private static final int WORDS = 10;
    private static final int PREFIX = 3;
    private static final String BY_AUTHOR = "author:";

    private CommitSearch() {
    }

    /**
     * A question in the language of PostgreSQL: all the words, each perhaps with more letters behind it; behind {@code
     * author:} those of the author.
     *
     * @return empty where there is no word in it
     */
    static Optional<String> query(String text) {
        List<String> terms = new ArrayList<>();
        for (String part : text.split("\\s+")) {
            boolean author = part.regionMatches(true, 0, BY_AUTHOR, 0, BY_AUTHOR.length());
            String words = author ? part.substring(BY_AUTHOR.length()) : part;
            for (String word : SearchWords.ofAuthor(words).strip().split(" ")) {
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
        String sql = """
                select id from commits
                where repo_id = ? and words @@ (?::tsquery && to_tsquery('simple', ?))
                    and (?::bytea is null or (generation, id)
                        < (select generation, id from commits where repo_id = ? and id = ?))
                order by generation desc, id desc limit ?
                """;
        List<Sha256> found = new ArrayList<>();
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            s.setString(2, "'" + SearchWords.ofRepository(repoId) + "'");
            s.setString(3, query.get());
            Rows.setId(s, 4, after);
            s.setLong(5, repoId);
            Rows.setId(s, 6, after);
            s.setInt(7, limit);
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    found.add(Rows.id(r, 1));
                }
            }
        }
        return found;
    }
}
