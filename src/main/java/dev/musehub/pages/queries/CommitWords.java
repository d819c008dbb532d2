package dev.musehub.pages.queries;

import dev.musehub.core.history.Commit;
import dev.musehub.core.history.CommitTitle;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.CommitRows;
import dev.musehub.core.rows.Rows;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The words of commits, and finding commits by them. PostgreSQL's plain text search without any language: commits are
 * written in all of them, and what is no word of one is often what people look for.
 */
public final class CommitWords {

    /** Characters of a message and of an author whose words can be found. */
    private static final int MESSAGE = 50_000;
    private static final int AUTHOR = 1_000;

    /** Words of one question; shorter ones than {@link #PREFIX} must be whole. */
    private static final int WORDS = 10;
    private static final int PREFIX = 3;
    private static final String BY_AUTHOR = "author:";

    /** Everything between words: the parser would take file names and addresses as one word each. */
    private static final Pattern BETWEEN = Pattern.compile("[^\\p{L}\\p{N}\\p{M}]+");

    private CommitWords() {
    }

    public static String ofMessage(String message) {
        return plain(message, MESSAGE);
    }

    public static String ofAuthor(String author) {
        return plain(author, AUTHOR);
    }

    /** The word that stands for a repository; no text has it, as it is more than a word. */
    public static String ofRepository(long repoId) {
        return "/" + repoId;
    }

    private static String plain(String text, int most) {
        return BETWEEN.matcher(text.substring(0, Math.min(most, text.length()))).replaceAll(" ");
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
            for (String word : plain(author ? part.substring(BY_AUTHOR.length()) : part, AUTHOR).strip().split(" ")) {
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
            s.setString(2, "'" + ofRepository(repoId) + "'");
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

    /** A commit without words, of whatever repository. */
    public record Untold(long repoId, Sha256 id, byte[] record) { }

    /** Up to {@code limit} commits that an older hub wrote. */
    public static List<Untold> untold(Connection c, int limit) throws SQLException {
        List<Untold> found = new ArrayList<>();
        try (PreparedStatement s = c.prepareStatement(
                "select repo_id, id, record from commits where title is null order by id limit ?")) {
            s.setInt(1, limit);
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    found.add(new Untold(r.getLong(1), Rows.id(r, 2), r.getBytes(3)));
                }
            }
        }
        return found;
    }

    /** Gives a commit that an older hub wrote what lists and searches need. */
    public static void tell(Connection c, long repoId, Commit commit) throws SQLException {
        String sql = """
                update commits set title = ?, breaking = ?, words = setweight(to_tsvector('simple', ?), 'A')
                    || to_tsvector('simple', ?) || array_to_tsvector(array[?])
                where repo_id = ? and id = ?
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setString(1, CommitRows.searchable(CommitTitle.line(commit.message())));
            s.setBoolean(2, !commit.breakingChanges().isEmpty());
            s.setString(3, ofAuthor(commit.author()));
            s.setString(4, ofMessage(commit.message()));
            s.setString(5, ofRepository(repoId));
            s.setLong(6, repoId);
            s.setBytes(7, commit.id().bytes());
            s.executeUpdate();
        }
    }
}
