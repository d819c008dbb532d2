package dev.musehub.core.fetch;

import dev.musehub.core.history.Manifest;
import dev.musehub.core.history.ManifestDelta;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Ancestry;
import dev.musehub.core.rows.CommitRows;
import dev.musehub.core.rows.CommitRows.CommitNode;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.SnapshotBytes;
import dev.musehub.core.rows.SnapshotRows;
import dev.musehub.core.rows.SnapshotRows.SnapshotRow;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.FrameWriter;
import dev.musehub.core.wire.Limits;
import dev.musehub.core.wire.MsgPackValues;
import dev.musehub.core.wire.PackWriter;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Answers {@code fetch}: the commits a client lacks and their snapshots, in pages of 100. A stored difference goes out
 * as it is where the client knows its base, which is nearly always; otherwise the whole manifest does.
 */
public final class FetchCommits {

    private final Pool pool;
    private final long repoId;
    private final Limits limits;
    private final Ancestry.Between between;

    private FetchCommits(Pool pool, long repoId, Limits limits, Ancestry.Between between) {
        this.pool = pool;
        this.repoId = repoId;
        this.limits = limits;
        this.between = between;
    }

    /**
     * Finds what to send.
     *
     * @throws dev.musehub.core.model.Problem {@code not-found} where a wanted commit is not in the repository
     */
    public static FetchCommits prepare(Pool pool, long repoId, Limits limits, Collection<Sha256> want,
            Collection<Sha256> have) throws SQLException {
        return new FetchCommits(pool, repoId, limits, Ancestry.between(pool, repoId, want, have));
    }

    /** A page of rows, read in one go and written after the connection is back. */
    private record FetchPage(List<CommitRows.Recorded> commits, Map<Sha256, SnapshotRow> snapshots,
            Map<Sha256, Manifest> whole) { }

    /** Writes C frames, which may be {@code packed}, and E. */
    public void write(FrameWriter out, boolean packed) throws IOException, SQLException {
        PackWriter packs = new PackWriter(out, limits, packed);
        Set<Sha256> known = between.knownSnapshots();
        List<CommitNode> all = between.commits();
        for (int from = 0; from < all.size(); from += Limits.CHUNK) {
            List<CommitNode> nodes = all.subList(from, Math.min(from + Limits.CHUNK, all.size()));
            Set<Sha256> snapshots = new LinkedHashSet<>();
            nodes.forEach(node -> snapshots.add(node.snapshotId()));
            snapshots.removeAll(known);
            FetchPage page = read(nodes, snapshots, known);
            for (Sha256 id : snapshots) {
                packs.add(delta(page, id));
            }
            for (CommitRows.Recorded commit : page.commits()) {
                packs.add(MsgPackValues.commit(commit.record()));
            }
            known.addAll(snapshots);
        }
        packs.flush();
        out.write(new Frame.End(0, packs.commits()));
        out.flush();
    }

    private FetchPage read(List<CommitNode> nodes, Set<Sha256> snapshots, Set<Sha256> known) throws SQLException {
        try (Connection c = pool.acquire("fetch.page")) {
            Map<Sha256, SnapshotRow> rows = new HashMap<>();
            for (SnapshotRow row : SnapshotRows.read(c, repoId, snapshots)) {
                rows.put(row.id(), row);
            }
            Map<Sha256, Manifest> whole = new HashMap<>();
            Set<Sha256> knownByThen = new LinkedHashSet<>();
            for (Sha256 id : snapshots) {
                Optional<Sha256> base = rows.get(id).base();
                if (base.isPresent() && !known.contains(base.get()) && !knownByThen.contains(base.get())) {
                    whole.put(id, SnapshotRows.manifest(c, repoId, id).orElseThrow());
                }
                knownByThen.add(id);
            }
            List<Sha256> ids = nodes.stream().map(CommitNode::id).toList();
            return new FetchPage(CommitRows.recorded(c, repoId, ids), rows, whole);
        }
    }

    private static Frame.SnapshotDelta delta(FetchPage page, Sha256 id) {
        SnapshotRow row = page.snapshots().get(id);
        Manifest whole = page.whole().get(id);
        ManifestDelta delta = whole == null ? SnapshotBytes.decodeDelta(row.delta()) : whole.whole();
        return new Frame.SnapshotDelta(id, whole == null ? row.base() : Optional.empty(), delta, row.createdAt(),
                row.keyOrder().map(SnapshotBytes::decodeOrder), false);
    }
}
