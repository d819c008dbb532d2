package dev.musehub.pages.queries;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.SnapshotBytes;
import dev.musehub.core.rows.SnapshotRows;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds one file of a snapshot without making the whole manifest. */
public final class FileObject {

    private FileObject() {
    }

    /** The object at {@code path} of snapshot {@code id}; empty where there is none. */
    public static Optional<Sha256> in(Connection c, long repoId, Sha256 id, String path) throws SQLException {
        Map<String, Sha256> found = new HashMap<>();
        for (SnapshotRows.SnapshotRow row : SnapshotRows.chain(c, repoId, id)) {
            SnapshotBytes.pick(row.manifest().orElse(row.delta()), Set.of(path), found);
        }
        return Optional.ofNullable(found.get(path));
    }
}
