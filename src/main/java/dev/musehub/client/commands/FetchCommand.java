package dev.musehub.client.commands;

import dev.musehub.cli.Command;
import dev.musehub.cli.ExitCode;
import dev.musehub.cli.Meter;
import dev.musehub.cli.Plural;
import dev.musehub.client.hub.HubClient;
import dev.musehub.client.hub.RemoteRepository;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.client.transfer.Fetch;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.cli.CommandLine;

/** {@code musehub fetch}: downloads the branches of a remote. The local branches do not move. */
public final class FetchCommand extends Command {

    public FetchCommand() {
        super("fetch [REMOTE] [BRANCH]", "Download the commits of all branches of a remote, or of one; your branches do"
                + " not move.");
        flag(null, "repair", "Check the objects here too; download those that are missing or damaged.");
        json();
    }

    @Override
    protected int run(CommandLine line) {
        arguments(line, 0, 2);
        RemoteRepository ends = RemoteRepository.here(argument(line, 0, "origin"));
        boolean json = line.hasOption("json");
        Fetched fetched;
        long repaired = 0;
        try (HubClient hub = ends.connect()) {
            HubClient.Refs refs = hub.refs();
            Map<String, Sha256> wanted = refs.heads();
            if (line.getArgList().size() > 1) {
                String branch = argument(line, 1, "");
                wanted = Map.of(branch, headOf(refs, branch));
            }
            Meter meter = Meter.ofTerminal(json);
            fetched = fetch(ends, hub, refs, wanted, meter);
            if (line.hasOption("repair")) {
                repaired = new Fetch(ends.local(), hub, refs, meter).repair(Set.copyOf(wanted.values()));
            }
        }
        if (json) {
            Value.Builder out = Value.dict();
            fetched.moved().forEach((branch, head) -> out.put(branch, head.hex()));
            printJson(out.build());
        } else {
            print(ends.remote().name(), fetched, line.hasOption("repair"), repaired);
        }
        return ExitCode.OK;
    }

    private static void print(String remote, Fetched fetched, boolean repair, long repaired) {
        fetched.moved().forEach((branch, head) ->
                System.out.println(remote + "/" + clean(branch) + " is at " + brief(head)));
        if (fetched.labels() > 0) {
            System.out.println(Plural.of(fetched.labels(), "new label") + " (tags and releases)");
        }
        if (repair) {
            System.out.println(Plural.of(repaired, "object") + " repaired");
        } else if (fetched.moved().isEmpty() && fetched.labels() == 0) {
            System.out.println("Everything up to date");
        }
    }

    /** The heads that moved, and the number of new tags and releases. */
    record Fetched(Map<String, Sha256> moved, long labels) { }

    /** Says that a branch stays at the hub. */
    static void warnOfSkipped(String branch) {
        System.err.println("musehub: warning: branch '" + clean(branch) + "' is left out: its name is no file name, or"
                + " another branch is in its way; rename it at the hub");
    }

    static Sha256 headOf(HubClient.Refs refs, String branch) {
        Sha256 head = refs.heads().get(branch);
        if (head == null) {
            throw new Problem(Problem.Code.NOT_FOUND, "the remote has no branch '" + branch + "'; check the name");
        }
        return head;
    }

    /** Fetches the new commits of {@code wanted} and stores the remote heads; returns what is new. */
    static Fetched fetch(RemoteRepository ends, HubClient hub, HubClient.Refs refs,
            Map<String, Sha256> wanted, Meter meter) {
        MuseRepository local = ends.local();
        String remote = ends.remote().name();
        Map<String, Sha256> moved = new LinkedHashMap<>();
        // Those that are here come first: a clone that has 'a' goes on with it when somebody adds 'a/b'.
        Map<String, Sha256> here = local.remoteHeads(remote);
        Set<String> names = new LinkedHashSet<>(here.keySet());
        names.addAll(wanted.keySet());
        names = BranchesOfClone.storable(names, FetchCommand::warnOfSkipped);
        names.stream().filter(wanted::containsKey).forEach(branch -> {
            Sha256 head = wanted.get(branch);
            if (!local.remoteHead(remote, branch).equals(Optional.of(head)) || !local.hasCommit(head)) {
                moved.put(branch, head);
            }
        });
        List<Sha256> want = moved.values().stream().distinct().filter(head -> !local.hasCommit(head)).toList();
        if (!want.isEmpty()) {
            Set<Sha256> have = new LinkedHashSet<>(local.remoteHeads(remote).values());
            have.addAll(local.heads().values());
            List<Sha256> present = have.stream().filter(local::hasCommit).limit(refs.limits().idsPerRequest()).toList();
            new Fetch(local, hub, refs, meter).run(want, present);
        }
        moved.forEach((branch, head) -> local.setRemoteHead(remote, branch, head));
        boolean all = wanted.equals(refs.heads());
        return new Fetched(moved, new Fetch(local, hub, refs, meter).labels(all));
    }
}
