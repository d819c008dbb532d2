package dev.musehub.pages.queries;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.CommitRows.SignatureState;
import dev.musehub.core.rows.Sql;
import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A commit with what stands around it, as a page shows it. Read in one statement: with many readers at once a
 * page waits mostly for round trips.
 *
 * @param signer the user whose key verified its signature
 * @param record msgpack of the whole commit
 * @param parentSnapshot the files of its first parent
 * @param children commits of which it is a parent, a few, those of which it is the first parent first
 * @param tags names of tags and releases on it, a few
 * @param comments how many there are on it
 */
public record CommitDescription(SignatureState signature, Optional<String> signer, byte[] record,
        Optional<Sha256> parentSnapshot, List<Sha256> children, List<String> tags, long comments) {

    private static final int CHILDREN = 5;
    private static final int TAGS = 20;

    /** Commit {@code id}; empty where the repository does not have it. */
    public static Optional<CommitDescription> find(Connection c, long repoId, Sha256 id) throws SQLException {
        return Sql.of(c, """
                select c.signature_state, u.name, c.record, p.snapshot_id,
                    array(select id from commits where parent1 = c.id and repo_id = c.repo_id
                          order by generation limit ?)
                    || array(select id from commits where parent2 = c.id and repo_id = c.repo_id
                             order by generation limit ?),
                    array(select tag from tags where commit_id = c.id and repo_id = c.repo_id order by tag limit ?)
                    || array(select tag from releases where commit_id = c.id and repo_id = c.repo_id and not draft
                             order by tag limit ?),
                    (select count(*) from comments where commit_id = c.id and repo_id = c.repo_id)
                from commits c
                left join users u on u.id = c.signer_id
                left join commits p on p.repo_id = c.repo_id and p.id = c.parent1
                where c.repo_id = ? and c.id = ?
                """).with(CHILDREN, CHILDREN, TAGS, TAGS, repoId, id)
                .first(r -> new CommitDescription(SignatureState.ofText(r.getString(1)),
                        Optional.ofNullable(r.getString(2)), r.getBytes(3), Sql.optionalId(r, 4), ids(r.getArray(5)),
                        Sql.texts(r, 6), r.getLong(7)));
    }

    private static List<Sha256> ids(Array array) throws SQLException {
        return Arrays.stream((byte[][]) array.getArray()).limit(CHILDREN).map(Sha256::ofBytes).toList();
    }
}
