package dev.musehub.testing;

import dev.musehub.core.fetch.FetchCommits;
import dev.musehub.core.fetch.FetchObjects;
import dev.musehub.core.history.Commit;
import dev.musehub.core.history.Ids;
import dev.musehub.core.history.Manifest;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.BranchRows;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.FrameReader;
import dev.musehub.core.wire.FrameWriter;
import dev.musehub.core.wire.Limits;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Fetches everything that the branches of a repository reach, as a client would, and recomputes every id of it. */
public final class Audit {

    private static final int WINDOW = 500;

    /** What was found in order. */
    public record Found(int commits, int snapshots, int objects) { }

    private Audit() {
    }

    /** Throws where anything is absent, or not what its id says. */
    public static Found of(Pool pool, ObjectStore store, long repoId) {
        try {
            Set<Sha256> heads;
            try (Connection c = pool.acquire("test")) {
                heads = new LinkedHashSet<>(BranchRows.heads(c, repoId).values());
            }
            Set<Sha256> commits = new HashSet<>();
            Map<Sha256, Manifest> manifests = new HashMap<>();
            Set<Sha256> objects = new LinkedHashSet<>();
            ByteArrayOutputStream packs = new ByteArrayOutputStream();
            FetchCommits.prepare(pool, repoId, Limits.DEFAULT, heads, List.of()).write(new FrameWriter(packs), true);
            for (Frame frame : frames(packs)) {
                if (frame instanceof Frame.CommitPack pack) {
                    pack.snapshots().forEach(s -> objects.addAll(snapshot(s, manifests)));
                    pack.commits().forEach(c -> commits.add(commit(c, commits, manifests)));
                }
            }
            require(commits.containsAll(heads), "a head was not sent");
            List<Sha256> wanted = new ArrayList<>(objects);
            for (int from = 0; from < wanted.size(); from += WINDOW) {
                objects(pool, store, repoId, wanted.subList(from, Math.min(from + WINDOW, wanted.size())));
            }
            return new Found(commits.size(), manifests.size(), objects.size());
        } catch (IOException | SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Set<Sha256> snapshot(Frame.SnapshotDelta s, Map<Sha256, Manifest> manifests) {
        require(!s.more(), "a snapshot in pieces");
        Manifest base = s.base().map(manifests::get).orElse(Manifest.EMPTY);
        Manifest manifest = base.apply(s.delta());
        require(Ids.snapshot(manifest).equals(s.id()), "snapshot " + s.id());
        manifests.put(s.id(), manifest);
        Set<Sha256> objects = new HashSet<>();
        for (int i = 0; i < manifest.size(); i++) {
            objects.add(manifest.objectId(i));
        }
        return objects;
    }

    private static Sha256 commit(Commit c, Set<Sha256> before, Map<Sha256, Manifest> manifests) {
        require(c.computedId().equals(c.id()), "commit " + c.id());
        require(before.containsAll(c.parents()), "commit " + c.id() + " comes before its parents");
        require(manifests.containsKey(c.snapshotId()), "commit " + c.id() + " has no snapshot");
        return c.id();
    }

    private static void objects(Pool pool, ObjectStore store, long repoId, List<Sha256> ids)
            throws IOException, SQLException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        FetchObjects.prepare(pool, store, Limits.DEFAULT, repoId, ids).write(new FrameWriter(answer), false);
        List<Sha256> arrived = new ArrayList<>();
        for (Frame frame : frames(answer)) {
            if (frame instanceof Frame.ObjectFrame o) {
                require(Sha256.of(o.data()).equals(o.id()), "object " + o.id());
                arrived.add(o.id());
            }
        }
        require(arrived.equals(ids), "objects are missing");
    }

    private static List<Frame> frames(ByteArrayOutputStream bytes) {
        FrameReader reader = new FrameReader(new ByteArrayInputStream(bytes.toByteArray()), Limits.DEFAULT);
        List<Frame> frames = new ArrayList<>();
        for (Optional<Frame> f = reader.next(); f.isPresent(); f = reader.next()) {
            frames.add(f.get());
        }
        require(!frames.isEmpty() && frames.getLast() instanceof Frame.End, "no end");
        return frames;
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
