package dev.musehub.repositories;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Finds the commit that people name by an id, by the beginning of an id, by a branch or by a tag. */
public final class Revisions {

    /** The fewest hex digits that a commit can be asked for by. */
    public static final int PREFIX = 4;

    private final Pool pool;

    public Revisions(Pool pool) {
        this.pool = pool;
    }

    /**
     * The commit that an address names. A whole id is not looked up here: reading the commit shows whether it exists.
     *
     * @throws Problem as {@link #commit}
     */
    public Sha256 named(long repoId, String text) throws SQLException {
        Optional<Sha256> whole = Sha256.parseHex(text);
        return whole.isPresent() ? whole.get() : commit(repoId, text);
    }

    /**
     * The commit whose id is {@code text}, or the only one whose id begins with it.
     *
     * @throws Problem {@code invalid-id}, {@code not-found}, or {@code conflict} where several ids begin with it
     */
    public Sha256 commit(long repoId, String text) throws SQLException {
        String hex = text.startsWith(Sha256.PREFIX) ? text.substring(Sha256.PREFIX.length()) : text;
        if (!isPrefix(hex)) {
            throw new Problem(Problem.Code.INVALID_ID, "a commit is named by its id, or at least the first "
                    + PREFIX + " of its hex digits");
        }
        List<Sha256> found;
        try (Connection c = pool.acquire("commit")) {
            found = withPrefix(c, repoId, hex, 2);
        }
        return switch (found.size()) {
            case 0 -> throw new Problem(Problem.Code.NOT_FOUND, "commit " + hex + " is not in this repository");
            case 1 -> found.getFirst();
            default -> throw new Problem(Problem.Code.CONFLICT, "several commits begin with " + hex
                    + "; give more digits");
        };
    }

    /**
     * The head of the branch {@code text}; else the commit of that release or tag; else the commit with that id.
     *
     * @throws Problem {@code not-found}, or {@code conflict} where several ids begin with it
     */
    public Sha256 any(long repoId, String text) throws SQLException {
        Optional<Sha256> head;
        try (Connection c = pool.acquire("commit")) {
            head = RefRows.find(c, repoId, text).map(RefRows.Tip::commit);
        }
        if (head.isPresent()) {
            return head.get();
        }
        try {
            return commit(repoId, text);
        } catch (Problem e) {
            if (e.code() == Problem.Code.INVALID_ID) {
                throw new Problem(Problem.Code.NOT_FOUND, "there is no branch, tag or commit '" + text + "'", e);
            }
            throw e;
        }
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
}
