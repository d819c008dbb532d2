package dev.musehub.pages.changes;

import dev.musehub.core.history.Manifest;
import dev.musehub.core.history.ManifestDelta;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.SnapshotBytes;
import dev.musehub.core.rows.SnapshotRows;
import dev.musehub.core.rows.SnapshotRows.SnapshotRow;
import dev.musehub.pages.queries.FileObject;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What leads from one snapshot to another, and what the first has at the paths that change. */
record StoredChange(Map<String, Sha256> before, ManifestDelta delta) {

    /**
     * The change from snapshot {@code from}, or from nothing, to {@code to}; empty where either is absent. Between
     * neighbours, which most are, the stored difference is the answer.
     */
    static Optional<StoredChange> of(Connection c, long repoId, Optional<Sha256> from, Sha256 to) throws SQLException {
        List<SnapshotRow> rows = SnapshotRows.read(c, repoId, List.of(to));
        List<SnapshotRow> chain = from.isEmpty() ? List.of() : SnapshotRows.chain(c, repoId, from.get());
        if (rows.isEmpty() || from.isPresent() && chain.isEmpty()) {
            return Optional.empty();
        }
        if (from.equals(Optional.of(to))) {
            return Optional.of(new StoredChange(Map.of(), ManifestDelta.EMPTY));
        }
        ManifestDelta delta = rows.getFirst().base().equals(from)
                ? SnapshotBytes.decodeDelta(rows.getFirst().delta())
                : SnapshotRows.rebuilt(SnapshotRows.chain(c, repoId, to))
                        .since(chain.isEmpty() ? Manifest.EMPTY : SnapshotRows.rebuilt(chain));
        Set<String> paths = new HashSet<>(delta.set().keySet());
        paths.addAll(delta.del());
        Map<String, Sha256> before = new HashMap<>();
        for (SnapshotRow row : chain) {
            FileObject.pick(row.manifest().orElse(row.delta()), paths, before);
        }
        return Optional.of(new StoredChange(before, delta));
    }
}
