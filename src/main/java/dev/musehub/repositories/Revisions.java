package dev.musehub.repositories;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Pool;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Finds the commit that people name by an id, by the beginning of an id, by a branch or by a tag. */
public final class Revisions {

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
        if (!RefRows.isPrefix(hex)) {
            throw new Problem(Problem.Code.INVALID_ID, "a commit is named by its id, or at least the first "
                    + RefRows.PREFIX + " of its hex digits");
        }
        List<Sha256> found;
        try (Connection c = pool.acquire("commit")) {
            found = RefRows.withPrefix(c, repoId, hex, 2);
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
}
