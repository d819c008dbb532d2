package dev.musehub.client.muse;

import dev.musehub.core.history.Commit;
import dev.musehub.core.history.Ids;
import dev.musehub.core.history.Manifest;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * Counts what a repository contains. The check reads everything that the branch reaches and recomputes every id.
 *
 * @param entries entries of all manifests together
 * @param bytes bytes of all objects together
 */
public record RepositoryCheck(Sha256 head, int commits, int snapshots, long entries, int objects, long bytes) {

    /**
     * Checks the repository at {@code root}: its checked-out branch and its working tree.
     *
     * @throws Problem {@code damaged-repository} if something is missing, or does not match its id
     */
    public static RepositoryCheck of(Path root) throws IOException {
        MuseRepository files = MuseRepository.open(root);
        Sha256 head = files.currentBranch().flatMap(files::head).orElseThrow(() ->
                new Problem(Problem.Code.DAMAGED_REPOSITORY, root + " has no commit on its branch"));
        Set<Sha256> commits = new HashSet<>(Set.of(head));
        Set<Sha256> snapshots = new HashSet<>();
        Set<Sha256> objects = new HashSet<>();
        Deque<Sha256> ahead = new ArrayDeque<>(commits);
        long entries = 0;
        long bytes = 0;
        while (!ahead.isEmpty()) {
            Commit commit = files.readCommit(ahead.pop());
            commit.parents().stream().filter(commits::add).forEach(ahead::push);
            if (snapshots.add(commit.snapshotId())) {
                Manifest manifest = files.readSnapshot(commit.snapshotId()).manifest();
                entries += manifest.size();
                for (int i = 0; i < manifest.size(); i++) {
                    if (objects.add(manifest.objectId(i))) {
                        bytes += files.objects().read(manifest.objectId(i)).length;
                    }
                }
            }
        }
        inspectTree(root, files.readSnapshot(files.readCommit(head).snapshotId()).manifest());
        return new RepositoryCheck(head, commits.size(), snapshots.size(), entries, objects.size(), bytes);
    }

    private static void inspectTree(Path root, Manifest manifest) throws IOException {
        for (int i = 0; i < manifest.size(); i++) {
            Path file = root.resolve(manifest.path(i));
            if (!Files.isRegularFile(file) || !Ids.object(Files.readAllBytes(file)).equals(manifest.objectId(i))) {
                throw new Problem(Problem.Code.DAMAGED_REPOSITORY, file + " differs from its commit");
            }
        }
    }
}
