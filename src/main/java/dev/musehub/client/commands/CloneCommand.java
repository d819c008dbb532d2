package dev.musehub.client.commands;

import dev.musehub.cli.Command;
import dev.musehub.cli.ExitCode;
import dev.musehub.cli.Meter;
import dev.musehub.cli.Plural;
import dev.musehub.client.hub.HubClient;
import dev.musehub.client.hub.Traffic;
import dev.musehub.client.muse.Config;
import dev.musehub.client.muse.Identity;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.client.muse.WorkingTree;
import dev.musehub.client.transfer.Fetch;
import dev.musehub.core.history.Manifest;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.commons.cli.CommandLine;

/** {@code musehub clone}: a new repository with all branches of a remote one, as the clone of Muse makes it. */
public final class CloneCommand extends Command {

    public CloneCommand() {
        super("clone URL [DIRECTORY]", "Make a local copy of a repository on a hub.");
        flag("n", "no-checkout", "Do not write files into the working tree.");
        json();
    }

    @Override
    protected int run(CommandLine line) throws IOException {
        arguments(line, 1, 2);
        long start = System.nanoTime();
        URI url = HubClient.checked(Config.url(argument(line, 0, "").replaceAll("/+$", "")));
        String name = url.getPath().substring(url.getPath().lastIndexOf('/') + 1);
        Path target = Path.of(argument(line, 1, name)).toAbsolutePath().normalize();
        boolean json = line.hasOption("json");
        try (HubClient hub = new HubClient(url, Identity.ofUser().tokenFor(url))) {
            HubClient.Refs refs = hub.refs();
            if (!refs.exists()) {
                throw new Problem(Problem.Code.NOT_FOUND, "there is no repository at " + url + "; check its name");
            }
            if (refs.heads().isEmpty()) {
                throw new Problem(Problem.Code.NOT_FOUND, "the repository has no branches yet; push to it, then clone");
            }
            // The directory comes after the address: a wrong address is the more important message.
            try (UnfinishedClone directory = UnfinishedClone.begin(target)) {
                Map<String, Sha256> heads = storable(refs);
                Fetch.FetchOutcome outcome = fill(target, url, hub, refs, heads, Meter.ofTerminal(json));
                directory.complete();
                if (!line.hasOption("no-checkout")) {
                    checkout(target, heads.values().iterator().next(), Meter.ofTerminal(json));
                }
                directory.finish();
                print(json, target, refs, outcome, (System.nanoTime() - start) / 1e9);
            }
        }
        return ExitCode.OK;
    }

    private static Fetch.FetchOutcome fill(Path target, URI url, HubClient hub, HubClient.Refs refs,
            Map<String, Sha256> heads, Meter meter) throws IOException {
        String main = heads.keySet().iterator().next();
        MuseRepository local = MuseRepository.create(target, refs.repoId(), refs.domain(), main);
        Fetch.FetchOutcome outcome = new Fetch(local, hub, refs, meter)
                .run(new LinkedHashSet<>(heads.values()), List.of());
        heads.forEach((branch, head) -> {
            local.setHead(branch, head);
            local.setRemoteHead("origin", branch, head);
        });
        new Fetch(local, hub, refs, meter).labels(true);
        Config config = Config.read(local.configFile());
        config.setRemote("origin", url.toString());
        config.setUpstream("origin", main);
        return outcome;
    }

    private static void checkout(Path target, Sha256 head, Meter meter) throws IOException {
        MuseRepository local = MuseRepository.open(target);
        Manifest manifest = local.readSnapshot(local.readCommit(head).snapshotId()).manifest();
        new WorkingTree(local).update(Manifest.EMPTY, manifest, meter);
    }

    /** The heads that a clone can hold, that of the default branch first. */
    private static Map<String, Sha256> storable(HubClient.Refs refs) {
        Set<String> names = new LinkedHashSet<>();
        refs.defaultBranch().filter(refs.heads()::containsKey).ifPresent(names::add);
        names.addAll(refs.heads().keySet());
        Map<String, Sha256> heads = new LinkedHashMap<>();
        for (String name : BranchesOfClone.storable(names, FetchCommand::warnOfSkipped)) {
            heads.put(name, refs.heads().get(name));
        }
        if (heads.isEmpty()) {
            throw new Problem(Problem.Code.INVALID_BRANCH, "no branch of this repository has a name that a clone can"
                    + " hold; rename one");
        }
        String first = heads.keySet().iterator().next();
        refs.defaultBranch().filter(branch -> !branch.equals(first)).ifPresent(branch -> System.err.println(
                "musehub: warning: the default branch '" + clean(branch) + "' is not there or has no name for a file;"
                + " the clone begins on '" + clean(first) + "'"));
        return heads;
    }

    private static void print(boolean json, Path target, HubClient.Refs refs, Fetch.FetchOutcome outcome,
            double seconds) {
        if (json) {
            printJson(Value.dict().put("directory", target.toString()).put("branches", refs.heads().size())
                    .put("commits", outcome.commits()).put("snapshots", outcome.snapshots())
                    .put("objects", outcome.objects())
                    .put("sent", Traffic.sent()).put("received", Traffic.received())
                    .put("seconds", new Value.Real(seconds)).build());
        } else {
            System.out.printf(Locale.ROOT, "cloned into %s: %s, %s, %s, %s in %.2f s%n", target,
                    Plural.of(refs.heads().size(), "branch"), Plural.of(outcome.commits(), "commit"),
                    Plural.of(outcome.snapshots(), "snapshot"), Plural.of(outcome.objects(), "object"), seconds);
        }
    }
}
