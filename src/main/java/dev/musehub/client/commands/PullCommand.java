package dev.musehub.client.commands;

import dev.musehub.cli.Command;
import dev.musehub.cli.ExitCode;
import dev.musehub.cli.Meter;
import dev.musehub.client.hub.HubClient;
import dev.musehub.client.hub.RemoteRepository;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.client.muse.WorkingTree;
import dev.musehub.client.transfer.NewCommits;
import dev.musehub.core.history.Manifest;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;

/** {@code musehub pull}: fetches one branch and moves the local one forward. It never merges. */
public final class PullCommand extends Command {

    public PullCommand() {
        super("pull [REMOTE] [BRANCH]", "Fetch the current branch and move it forward (fast-forward only).");
        json();
    }

    @Override
    protected int run(CommandLine line) throws IOException {
        arguments(line, 0, 2);
        RemoteRepository ends = RemoteRepository.here(argument(line, 0, "origin"));
        MuseRepository local = ends.local();
        String current = local.branchOr(Optional.empty());
        String branch = argument(line, 1, current);
        if (!branch.equals(current)) {
            throw new Problem(Problem.Code.BAD_REQUEST, "'" + branch + "' is not checked out here; use 'musehub fetch'"
                    + " for it");
        }
        boolean json = line.hasOption("json");
        Meter meter = Meter.ofTerminal(json);
        Sha256 theirs;
        try (HubClient hub = ends.connect()) {
            HubClient.Refs refs = hub.refs();
            theirs = FetchCommand.headOf(refs, branch);
            FetchCommand.fetch(ends, hub, refs, Map.of(branch, theirs), meter);
        }
        Optional<Sha256> ours = local.head(branch);
        boolean ahead = ours.isPresent() && new NewCommits(local).reaches(ours.get(), theirs);
        if (!ahead) {
            forward(local, branch, ours, theirs, ends.remote().name(), meter);
        }
        Sha256 head = ahead ? ours.get() : theirs;
        if (json) {
            printJson(Value.dict().put("branch", branch).put("head", head.hex()).put("moved", !ahead).build());
        } else {
            System.out.println((ahead ? "Already up to date: " : "Fast-forward: ") + clean(branch) + " is at "
                    + brief(head));
        }
        return ExitCode.OK;
    }

    /** Changes the files first and then the ref, as the fast-forward of Muse does. */
    private static void forward(MuseRepository local, String branch, Optional<Sha256> ours, Sha256 theirs,
            String remote, Meter meter) throws IOException {
        if (ours.isPresent() && !new NewCommits(local).reaches(theirs, ours.get())) {
            throw new Problem(Problem.Code.NOT_FAST_FORWARD, "'" + branch + "' here (" + brief(ours.get()) + ") and at "
                    + remote + " (" + brief(theirs) + ") have diverged. Pull never merges. " + merge(theirs));
        }
        Manifest from = ours.map(id -> manifest(local, id)).orElse(Manifest.EMPTY);
        new WorkingTree(local).update(from, manifest(local, theirs), meter);
        local.setHead(branch, theirs);
        local.logMove(branch, ours, theirs, "pull: fast-forward");
    }

    /** How to merge: Muse merges local branches only, so the commit of the remote needs one. */
    static String merge(Sha256 theirs) {
        return "To merge: muse branch theirs " + theirs.hex() + "; muse merge theirs; musehub push";
    }

    private static Manifest manifest(MuseRepository local, Sha256 commit) {
        return local.readSnapshot(local.readCommit(commit).snapshotId()).manifest();
    }
}
