package dev.musehub.repositories;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Sql;
import dev.musehub.core.wire.MsgPackValues;
import dev.musehub.labels.Labels;
import dev.musehub.labels.Labels.LabelKind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** Tags and releases: two kinds of labels on commits, kept alike. */
public final class LabelRows {

    /** @param record msgpack of the whole, as on the wire */
    public record Label(UUID id, Sha256 commitId, String tag, byte[] record) {

        /** Whether this is a release that is not meant for everybody yet. */
        public boolean isDraft() {
            return Labels.isDraft(MsgPackValues.decode(record).asDict("label"));
        }
    }

    private LabelRows() {
    }

    /**
     * Adds labels whose commits the repository has; one with a known id stays as it is. Returns how many were added.
     */
    public static int insert(Connection c, LabelKind kind, long repoId, Collection<Label> labels) throws SQLException {
        return Sql.of(c, "insert into " + kind.plural() + " (repo_id, id, commit_id, tag, record)" + """
                 select ?, * from unnest(?::uuid[], ?::bytea[], ?::text[], ?::bytea[])
                on conflict (repo_id, id) do nothing
                """)
                .with(repoId)
                .column("uuid", labels, Label::id)
                .column("bytea", labels, Label::commitId)
                .column("text", labels, l -> l.tag().replace('\0', ' '))
                .column("bytea", labels, Label::record)
                .update();
    }

    /** All labels of a kind, by id. */
    public static List<Label> all(Connection c, LabelKind kind, long repoId) throws SQLException {
        return Sql.of(c, "select id, commit_id, tag, record from " + kind.plural() + " where repo_id = ? order by id")
                .with(repoId)
                .list(r -> new Label(r.getObject(1, UUID.class), Sql.id(r, 2), r.getString(3), r.getBytes(4)));
    }

    /** The ids of all labels of a kind, in order. */
    public static List<UUID> ids(Connection c, LabelKind kind, long repoId) throws SQLException {
        return Sql.of(c, "select id from " + kind.plural() + " where repo_id = ? order by id::text collate \"C\"")
                .with(repoId).list(r -> r.getObject(1, UUID.class));
    }
}
