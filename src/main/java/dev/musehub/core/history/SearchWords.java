package dev.musehub.core.history;

import java.util.regex.Pattern;

/** The words of commits that a search can find. Words of all languages; only what stands between them is left out. */
public final class SearchWords {

    /** Characters of a message and of an author whose words can be found. */
    private static final int MESSAGE = 50_000;
    private static final int AUTHOR = 1_000;

    /** Everything between words: PostgreSQL's parser would take file names and addresses as one word each. */
    private static final Pattern BETWEEN = Pattern.compile("[^\\p{L}\\p{N}\\p{M}]+");

    private SearchWords() {
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
}
