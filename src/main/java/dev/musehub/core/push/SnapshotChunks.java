package dev.musehub.core.push;

import dev.musehub.core.history.Ids;
import dev.musehub.core.history.KeyOrder;
import dev.musehub.core.history.Manifest;
import dev.musehub.core.history.ManifestCache;
import dev.musehub.core.io.MemoryBudget;
import dev.musehub.core.io.Tasks;
import dev.musehub.core.model.Paths;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Durability;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.rows.SnapshotBytes;
import dev.musehub.core.rows.SnapshotRows;
import dev.musehub.core.rows.SnapshotRows.Chain;
import dev.musehub.core.rows.SnapshotRows.SnapshotRow;
import dev.musehub.core.rows.SqlProblems;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.Limits;
import dev.musehub.core.wire.Spool;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Phase {@code snapshots}: rebuilds each manifest from its difference, recomputes its id (I8), and stores the
 * differences in chunks of 100, one committed transaction each (I3). A failure after chunk k leaves chunks 1..k, which
 * no commit refers to yet, and which a retry finds in place. One chunk is rebuilt while the one before it is written.
 */
final class SnapshotChunks {

    /** Heap of a manifest entry: path and id, and their places in a difference and in the manifest. */
    private static final long ENTRY = 250;

    private final Pool pool;
    private final Repository repository;
    private final Limits limits;
    private final MemoryBudget.Hold memory;
    private final ProgressWriter progress;
    private final ManifestCache manifests = new ManifestCache();
    private final Map<Sha256, Chain> chains = new HashMap<>();
    private final Tasks writer;
    private Chunk chunk = new Chunk();
    private Set<Sha256> present = Set.of();
    private Frame.SnapshotDelta pieces;
    private long done;
    private long written;

    /** Snapshots of one transaction, and which objects their differences refer to. */
    private static final class Chunk {
        private final List<SnapshotRow> rows = new ArrayList<>(Limits.CHUNK);
        private final List<Sha256> referring = new ArrayList<>();
        private final List<Sha256> referred = new ArrayList<>();
    }

    private SnapshotChunks(Pool pool, Repository repository, Limits limits, MemoryBudget.Hold memory,
            ProgressWriter progress, Tasks writer) {
        this.writer = writer;
        this.pool = pool;
        this.repository = repository;
        this.limits = limits;
        this.memory = memory;
        this.progress = progress;
    }

    /** Writes all snapshots of the push; returns how many were new to the repository. */
    static long write(Pool pool, Repository repository, Limits limits, Spool packs, MemoryBudget.Hold memory,
            ProgressWriter progress) throws IOException, SQLException {
        try (Tasks writer = Tasks.inOrder("snapshots", 1)) {
            SnapshotChunks chunks = new SnapshotChunks(pool, repository, limits, memory, progress, writer);
            packs.forEach(pack -> {
                try {
                    chunks.lookUp(pack);
                    for (Frame.SnapshotDelta snapshot : pack.snapshots()) {
                        chunks.piece(snapshot);
                    }
                } catch (SQLException e) {
                    throw SqlProblems.of(e);
                }
            });
            chunks.flush();
            writer.join();
            return chunks.written;
        }
    }

    /** Which snapshots of this pack, and of their bases, are there already. */
    private void lookUp(Frame.CommitPack pack) throws SQLException {
        Set<Sha256> ids = new HashSet<>();
        for (Frame.SnapshotDelta s : pack.snapshots()) {
            ids.add(s.id());
            s.base().filter(base -> !chains.containsKey(base)).ifPresent(ids::add);
        }
        if (!ids.isEmpty()) {
            try (Connection c = pool.acquire("snapshots.known")) {
                Map<Sha256, Chain> known = SnapshotRows.chains(c, repository.id(), ids);
                present = known.keySet();
                chains.putAll(known);
            }
        }
    }

    /** Joins the pieces of a large snapshot; a whole one goes straight on. */
    private void piece(Frame.SnapshotDelta s) throws IOException, SQLException {
        Frame.SnapshotDelta joined = pieces == null ? s : pieces.join(s);
        if (joined.delta().set().size() > limits.manifestEntries()) {
            throw Limits.exceeded("manifest entries", joined.delta().set().size(), limits.manifestEntries());
        }
        memory.atLeast(MemoryBudget.BudgetUse.MANIFESTS, ENTRY * joined.delta().set().size());
        pieces = joined.more() ? joined : null;
        if (!joined.more()) {
            snapshot(joined);
        }
    }

    private void snapshot(Frame.SnapshotDelta s) throws IOException, SQLException {
        progress.at("snapshots", ++done, 0);
        if (present.contains(s.id())) {
            return;
        }
        Manifest manifest = rebuild(s);
        manifests.put(s.id(), manifest);
        byte[] delta = SnapshotBytes.encode(s.delta());
        long whole = SnapshotBytes.wholeLength(manifest);
        long chain = delta.length + s.base().map(base -> chains.get(base).bytes()).orElse(0L);
        // Reading never costs more than twice the whole: where the chain grows beyond that, the whole is stored too.
        boolean storeWhole = s.base().isPresent() && chain > 2 * whole;
        chunk.rows.add(new SnapshotRow(s.id(), s.base(), manifest.size(), delta,
                storeWhole ? Optional.of(SnapshotBytes.encode(manifest.whole())) : Optional.empty(),
                storeWhole ? whole : chain, s.order().map(SnapshotBytes::encode), s.createdAt()));
        chains.put(s.id(), new Chain(manifest.size(), storeWhole ? whole : chain));
        for (Sha256 object : new HashSet<>(s.delta().set().values())) {
            chunk.referring.add(s.id());
            chunk.referred.add(object);
        }
        if (chunk.rows.size() >= Limits.CHUNK) {
            flush();
        }
    }

    private Manifest rebuild(Frame.SnapshotDelta s) throws IOException, SQLException {
        Manifest base = s.base().isEmpty() ? Manifest.EMPTY : manifest(s.base().get());
        Manifest manifest = base.apply(s.delta());
        requireStorable(s, manifest);
        if (manifest.size() > limits.manifestEntries()) {
            throw Limits.exceeded("manifest entries", manifest.size(), limits.manifestEntries());
        }
        Sha256 actual = Ids.snapshot(manifest);
        if (!actual.equals(s.id())) {
            throw new Problem(Problem.Code.SNAPSHOT_MISMATCH, "snapshot " + s.id() + " rebuilt from its difference is "
                    + actual + "; the sender's copy is damaged").with("snapshot", s.id().toString());
        }
        s.order().ifPresent(order -> KeyOrder.check(order, manifest.size()));
        return manifest;
    }

    /** What no file system can hold could be cloned by nobody. */
    private static void requireStorable(Frame.SnapshotDelta s, Manifest manifest) {
        for (String path : s.delta().set().keySet()) {
            if (!Paths.isStorable(path)) {
                throw new Problem(Problem.Code.INVALID_SNAPSHOT, "snapshot " + s.id() + " has a path with a component"
                        + " of more than " + Paths.MAX_COMPONENT_BYTES + " bytes; rename it and commit again")
                        .with("path", path);
            }
        }
        manifest.fileAndDirectory(s.delta().set().keySet()).ifPresent(path -> {
            throw new Problem(Problem.Code.INVALID_SNAPSHOT, "'" + path + "' is both a file and a directory in"
                    + " snapshot " + s.id() + "; remove one of them and commit again").with("path", path);
        });
    }

    private Manifest manifest(Sha256 id) throws IOException, SQLException {
        Optional<Manifest> cached = manifests.get(id);
        if (cached.isPresent()) {
            return cached.get();
        }
        // It may be in a chunk that is not written yet.
        flush();
        writer.join();
        try (Connection c = pool.acquire("manifest")) {
            // The phase before has seen it: a collection has taken it since.
            Manifest read = SnapshotRows.manifest(c, repository.id(), id).orElseThrow(() -> new Problem(
                    Problem.Code.BUSY, "the hub is just collecting what this push builds on; push again"));
            manifests.put(id, read);
            return read;
        }
    }

    private void flush() throws IOException {
        if (chunk.rows.isEmpty()) {
            return;
        }
        Chunk full = chunk;
        chunk = new Chunk();
        written += full.rows.size();
        writer.submit(() -> {
            KillPoint.SNAPSHOTS_BEFORE_CHUNK.reached();
            try (Connection c = pool.acquire("snapshots")) {
                c.setAutoCommit(false);
                Durability.later(c);
                SnapshotRows.insert(c, repository.id(), full.rows);
                SnapshotRows.refer(c, repository.id(), full.referring, full.referred);
                c.commit();
            } catch (SQLException e) {
                throw SqlProblems.of(e);
            }
            KillPoint.SNAPSHOTS_AFTER_CHUNK.reached();
        });
    }
}
