package dev.musehub.repositories;

import dev.musehub.core.history.Labels.LabelKind;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Rows;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** Tags and releases: two kinds of labels on commits, kept alike. */
public final class LabelRows {

    /** @param record msgpack of the whole, as on the wire */
    public record Label(UUID id, Sha256 commitId, String tag, byte[] record) { }

    private LabelRows() {
    }

    /** Adds labels whose commits the repository has; one with a known id stays as it is. */
    public static void insert(Connection c, LabelKind kind, long repoId, Collection<Label> labels) throws SQLException {
        String sql = "insert into " + kind.plural() + " (repo_id, id, commit_id, tag, record)" + """
                 select ?, * from unnest(?::uuid[], ?::bytea[], ?::text[], ?::bytea[])
                on conflict (repo_id, id) do nothing
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            s.setArray(2, c.createArrayOf("uuid", labels.stream().map(Label::id).toArray()));
            s.setArray(3, Rows.ids(c, labels.stream().map(Label::commitId).toList()));
            s.setArray(4, c.createArrayOf("text", labels.stream().map(l -> l.tag().replace('\0', ' ')).toArray()));
            s.setArray(5, c.createArrayOf("bytea", labels.stream().map(Label::record).toArray(byte[][]::new)));
            s.executeUpdate();
        }
    }

    /** All labels of a kind, by id. */
    public static List<Label> all(Connection c, LabelKind kind, long repoId) throws SQLException {
        String sql = "select id, commit_id, tag, record from " + kind.plural() + " where repo_id = ? order by id";
        List<Label> labels = new ArrayList<>();
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    labels.add(new Label(r.getObject(1, UUID.class), Rows.id(r, 2), r.getString(3), r.getBytes(4)));
                }
            }
        }
        return labels;
    }

    /** The ids of all labels of a kind, in order. */
    public static List<UUID> ids(Connection c, LabelKind kind, long repoId) throws SQLException {
        List<UUID> ids = new ArrayList<>();
        try (PreparedStatement s = c.prepareStatement(
                "select id from " + kind.plural() + " where repo_id = ? order by id::text collate \"C\"")) {
            s.setLong(1, repoId);
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    ids.add(r.getObject(1, UUID.class));
                }
            }
        }
        return ids;
    }
}
