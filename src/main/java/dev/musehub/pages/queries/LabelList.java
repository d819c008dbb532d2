package dev.musehub.pages.queries;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Sql;
import dev.musehub.labels.Labels.LabelKind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Tags or releases with their commits, those of the newest commits first, a page at a time. */
public final class LabelList {

    /**
     * A label.
     *
     * @param record msgpack of the whole, as on the wire; empty for tags, which say no more
     * @param title the first line of its commit's message
     */
    public record LabelEntry(UUID id, String tag, byte[] record, Sha256 commit, String title) { }

    private LabelList() {
    }

    /** Up to {@code limit} labels behind {@code after}. */
    public static List<LabelEntry> page(Connection c, LabelKind kind, long repoId, Optional<UUID> after, int limit)
            throws SQLException {
        return Sql.of(c, """
                select l.id, l.tag, %s, c.id, c.title
                from %s l join commits c on c.repo_id = l.repo_id and c.id = l.commit_id
                where l.repo_id = ? and (?::uuid is null or (c.generation, l.tag, l.id) < (
                    select ac.generation, a.tag, a.id
                    from %s a join commits ac on ac.repo_id = a.repo_id and ac.id = a.commit_id
                    where a.repo_id = ? and a.id = ?))
                order by c.generation desc, l.tag desc, l.id desc limit ?
                """.formatted(kind == LabelKind.RELEASE ? "l.record" : "''::bytea", kind.plural(), kind.plural()))
                .with(repoId, after, repoId, after, limit)
                .list(r -> new LabelEntry(r.getObject(1, UUID.class), r.getString(2), r.getBytes(3), Sql.id(r, 4),
                        r.getString(5)));
    }
}
