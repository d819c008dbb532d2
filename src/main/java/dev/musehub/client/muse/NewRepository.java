package dev.musehub.client.muse;

import dev.musehub.client.snapshots.Snapshot;
import dev.musehub.core.history.Commit;
import dev.musehub.core.history.Ids;
import dev.musehub.core.history.Manifest;
import dev.musehub.core.model.Sha256;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Makes a repository with a generated history, for tests and measurements: commit by commit, as Muse would write it,
 * without a working tree. Confined to one thread.
 */
public final class NewRepository {

    private final MuseRepository files;
    private final String branch;
    private final TreeMap<String, Sha256> tree = new TreeMap<>();
    private Optional<Sha256> head = Optional.empty();

    private NewRepository(MuseRepository files, String branch) {
        this.files = files;
        this.branch = branch;
    }

    /** An empty repository at {@code root} with an unborn {@code branch}. */
    public static NewRepository create(Path root, String branch) throws IOException {
        return new NewRepository(MuseRepository.create(root, "", "code", branch), branch);
    }

    /** Adds a remote to the configuration. */
    public void remote(String name, String url) {
        Config.read(files.configFile()).setRemote(name, url);
    }

    /** Changes some files of the tree and commits it; returns the new head. */
    public Sha256 commit(String message, String committedAt, Map<String, byte[]> changed) {
        changed.forEach((path, content) -> {
            Sha256 id = Ids.object(content);
            files.objects().write(id, content);
            tree.put(path, id);
        });
        Manifest manifest = Manifest.of(tree);
        Sha256 snapshot = Ids.snapshot(manifest);
        files.writeSnapshot(new Snapshot(snapshot, manifest, committedAt, Optional.empty()));
        Sha256 id = Ids.commit(head.stream().toList(), snapshot, message, committedAt);
        files.writeCommit(new Commit(id, files.repoId(), branch, snapshot, message, committedAt, head, Optional.empty(),
                "A U Thor", Map.of(), Optional.empty(), "none", List.of(), "", "", "", "", "", "", 5, List.of(), 0));
        move(id);
        return id;
    }

    /** Moves the branch to an earlier commit. The tree stays as the latest commit left it. */
    public void move(Sha256 to) {
        files.setHead(branch, to);
        head = Optional.of(to);
    }
}
