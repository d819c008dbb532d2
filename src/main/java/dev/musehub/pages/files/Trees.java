package dev.musehub.pages.files;

import dev.musehub.core.history.Manifest;
import dev.musehub.core.history.ManifestCache;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.CommitRows;
import dev.musehub.core.rows.SnapshotRows;
import dev.musehub.pages.ConcurrencyGate;
import dev.musehub.repositories.RefRows;
import dev.musehub.repositories.RefRows.Tip;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * The files of a commit, which is named by a branch, a tag or an id. The manifests rebuilt last are kept, for all
 * readers: the id of a snapshot is the hash of its files, and a reader gets to a snapshot only through a commit of a
 * repository that the reader may read.
 */
public final class Trees {

    /** Rebuilt at a time: one of a million files takes half the heap of a small hub. */
    private static final int REBUILT = 2;
    private static final int PATIENCE_SECONDS = 5;

    private final ManifestCache manifests = ManifestCache.small();
    private final ConcurrencyGate rebuilding = new ConcurrencyGate(REBUILT, PATIENCE_SECONDS, "large directories");

    /**
     * All files of the commit that {@code ref} names.
     *
     * @param ref as it was asked for: a branch, a tag, or an id or the beginning of one
     * @param named whether it is a name, not an id
     */
    record Tree(String ref, boolean named, Sha256 commit, Sha256 snapshot, Manifest files) {

        /** Whether there is a directory of this path; the root is one. */
        boolean isDirectory(String path) {
            int at = path.isEmpty() ? 0 : bound(files, path + "/");
            return path.isEmpty() || at < files.size() && files.path(at).startsWith(path + "/");
        }
    }

    /** The index of the first path in {@code files} that is not before {@code path}. */
    static int bound(Manifest files, String path) {
        int at = files.indexOf(path);
        return at < 0 ? -at - 1 : at;
    }

    /**
     * The tree of {@code ref}.
     *
     * @throws Problem {@code not-found}
     */
    Tree tree(Connection c, long repoId, String ref) throws SQLException {
        Optional<Tip> named = RefRows.find(c, repoId, ref);
        Tip tip = named.isPresent() ? named.get() : commit(c, repoId, ref);
        return new Tree(ref, named.isPresent(), tip.commit(), tip.snapshot(), manifest(c, repoId, tip.snapshot()));
    }

    private static Tip commit(Connection c, long repoId, String ref) throws SQLException {
        List<CommitRows.CommitNode> found = RefRows.isPrefix(hex(ref)) ? CommitRows.nodes(c, repoId,
                RefRows.withPrefix(c, repoId, hex(ref), 2)) : List.of();
        return switch (found.size()) {
            case 0 -> throw new Problem(Problem.Code.NOT_FOUND, "there is no branch, tag or commit '" + ref + "'");
            case 1 -> new Tip(found.getFirst().id(), found.getFirst().snapshotId());
            default -> throw new Problem(Problem.Code.CONFLICT, "several commits begin with " + ref
                    + "; give more digits");
        };
    }

    private static String hex(String ref) {
        return ref.startsWith(Sha256.PREFIX) ? ref.substring(Sha256.PREFIX.length()) : ref;
    }

    private Manifest manifest(Connection c, long repoId, Sha256 snapshot) throws SQLException {
        Optional<Manifest> known = known(snapshot);
        if (known.isPresent()) {
            return known.get();
        }
        try (ConcurrencyGate.Admission _ = rebuilding.take()) {
            // The thread before may have rebuilt the same snapshot.
            known = known(snapshot);
            return known.isPresent() ? known.get() : rebuilt(c, repoId, snapshot);
        }
    }

    private Optional<Manifest> known(Sha256 snapshot) {
        synchronized (manifests) {
            return manifests.get(snapshot);
        }
    }

    private Manifest rebuilt(Connection c, long repoId, Sha256 snapshot) throws SQLException {
        Manifest files = SnapshotRows.manifest(c, repoId, snapshot).orElseThrow(() ->
                new Problem(Problem.Code.NOT_FOUND, "snapshot " + snapshot + " is not in this repository"));
        synchronized (manifests) {
            manifests.put(snapshot, files);
        }
        return files;
    }
}
