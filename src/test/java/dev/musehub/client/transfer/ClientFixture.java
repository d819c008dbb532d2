package dev.musehub.client.transfer;

import dev.musehub.cli.Meter;
import dev.musehub.client.hub.HubClient;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.client.snapshots.Snapshot;
import dev.musehub.core.history.Commit;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.Lease;
import dev.musehub.testing.History;
import dev.musehub.testing.TestHub;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A local repository that pushes generated histories with the real client, for tests in other packages. */
public final class ClientFixture {

    private final MuseRepository local;

    /** A new repository in {@code root}. */
    public ClientFixture(Path root) throws IOException {
        this.local = MuseRepository.create(root, "", "code", "main");
    }

    /** Writes {@code commits} of {@code history} with their content, and sets {@code branch} to the last one. */
    public void write(History history, List<Commit> commits, String branch) {
        history.objects().forEach(local.objects()::write);
        for (Commit commit : commits) {
            local.writeSnapshot(new Snapshot(commit.snapshotId(), history.manifestOf(commit.id()), History.TIME,
                    Optional.empty()));
            local.writeCommit(commit);
        }
        local.setHead(branch, commits.getLast().id());
    }

    /**
     * Pushes a branch; returns the answer of the hub, empty if the hub was up to date.
     *
     * @throws dev.musehub.core.model.Problem if the push failed
     */
    public Optional<Frame.Result> push(URI remote, String branch) {
        try (HubClient client = new HubClient(remote, Optional.of(TestHub.TOKEN))) {
            return new Push(local, client, Meter.silent()).run(new PushRequest("origin", branch, false,
                    new Lease.None(), PushRequest.Way.EITHER, Optional.empty())).result();
        }
    }

    /** Clones with the token of the tests. */
    private static MuseRepository cloned(URI remote, Path target) {
        try (HubClient hub = new HubClient(remote, Optional.of(TestHub.TOKEN))) {
            HubClient.Refs refs = hub.refs();
            MuseRepository copy = MuseRepository.create(target, refs.repoId(), refs.domain(), "main");
            new Fetch(copy, hub, refs, Meter.silent()).run(refs.heads().values(), List.of());
            refs.heads().forEach(copy::setHead);
            return copy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Clones into {@code target}, and requires that everything of {@code history} is there, byte for byte. */
    public static void requireClone(URI remote, Path target, History history, String branch, Sha256 head) {
        MuseRepository copy = cloned(remote, target);
        if (!copy.head(branch).equals(Optional.of(head))) {
            throw new AssertionError("the clone is at " + copy.head(branch) + ", not at " + head);
        }
        for (Commit commit : history.commits()) {
            if (!copy.readCommit(commit.id()).equals(commit)) {
                throw new AssertionError("commit " + commit.id() + " came back otherwise");
            }
            if (!copy.readSnapshot(commit.snapshotId()).manifest().equals(history.manifestOf(commit.id()))) {
                throw new AssertionError("snapshot " + commit.snapshotId() + " came back otherwise");
            }
        }
        history.objects().forEach((id, bytes) -> {
            if (!Arrays.equals(copy.objects().read(id), bytes)) {
                throw new AssertionError("object " + id + " came back otherwise");
            }
        });
    }
}
