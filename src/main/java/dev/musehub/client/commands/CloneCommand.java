package dev.musehub.client.commands;

import dev.musehub.cli.Command;
import dev.musehub.cli.ExitCode;
import dev.musehub.cli.Meter;
import dev.musehub.client.hub.HubClient;
import dev.musehub.client.hub.Traffic;
import dev.musehub.client.muse.Config;
import dev.musehub.client.muse.Identity;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.client.muse.WorkingTree;
import dev.musehub.client.transfer.Fetch;
import dev.musehub.client.transfer.LabelFiles;
import dev.musehub.core.history.Manifest;
import dev.musehub.core.io.FileTrees;
import dev.musehub.core.model.BranchNames;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
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
        URI url = Config.url(argument(line, 0, "").replaceAll("/+$", ""));
        String name = url.getPath() == null ? "" : url.getPath().substring(url.getPath().lastIndexOf('/') + 1);
        Path target = Path.of(argument(line, 1, name)).toAbsolutePath().normalize();
        boolean json = line.hasOption("json");
        boolean existed = Files.exists(target);
        if (existed && !isEmptyDirectory(target)) {
            throw new Problem(Problem.Code.CONFLICT, target + " exists and is not empty; name another directory");
        }
        try (HubClient hub = new HubClient(url, Identity.ofUser().tokenFor(url))) {
            HubClient.Refs refs = hub.refs();
            if (refs.heads().isEmpty()) {
                throw new Problem(Problem.Code.NOT_FOUND, "the repository has no branches yet; push to it, then clone");
            }
            try {
                Fetch.FetchOutcome outcome = fill(target, url, hub, refs, line.hasOption("no-checkout"),
                        Meter.ofTerminal(json));
                print(json, target, refs, outcome, (System.nanoTime() - start) / 1e9);
            } catch (IOException | RuntimeException e) {
                remove(target, existed);
                throw e;
            }
        }
        return ExitCode.OK;
    }

    private static boolean isEmptyDirectory(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            return false;
        }
        try (Stream<Path> files = Files.list(path)) {
            return files.findAny().isEmpty();
        }
    }

    private static Fetch.FetchOutcome fill(Path target, URI url, HubClient hub, HubClient.Refs refs, boolean bare,
            Meter meter) throws IOException {
        Map<String, Sha256> heads = storable(refs);
        String main = heads.keySet().iterator().next();
        MuseRepository local = MuseRepository.create(target, refs.repoId(), refs.domain(), main);
        Fetch.FetchOutcome outcome = new Fetch(local, hub, refs, meter)
                .run(new LinkedHashSet<>(heads.values()), List.of());
        heads.forEach((branch, head) -> {
            local.setHead(branch, head);
            local.setRemoteHead("origin", branch, head);
        });
        new LabelFiles(local).fetch(hub, refs.labels());
        Config config = Config.read(local.configFile());
        config.setRemote("origin", url.toString());
        config.setUpstream("origin", main);
        if (!bare) {
            Manifest manifest = local.readSnapshot(local.readCommit(heads.get(main)).snapshotId()).manifest();
            new WorkingTree(local).update(Manifest.EMPTY, manifest, meter);
        }
        return outcome;
    }

    /** The heads that a clone can hold, that of the default branch first. */
    private static Map<String, Sha256> storable(HubClient.Refs refs) {
        Set<String> names = new LinkedHashSet<>();
        refs.defaultBranch().filter(refs.heads()::containsKey).ifPresent(names::add);
        names.addAll(refs.heads().keySet());
        Map<String, Sha256> heads = new LinkedHashMap<>();
        for (String name : BranchNames.storable(names, FetchCommand::warnOfSkipped)) {
            heads.put(name, refs.heads().get(name));
        }
        if (heads.isEmpty()) {
            throw new Problem(Problem.Code.INVALID_BRANCH, "no branch of this repository has a name that a clone can"
                    + " hold; rename one");
        }
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
            System.out.printf(Locale.ROOT,
                    "cloned into %s: %d branches, %d commits, %d snapshots, %d objects in %.2f s%n",
                    target, refs.heads().size(), outcome.commits(), outcome.snapshots(), outcome.objects(), seconds);
        }
    }

    /** A failed clone must leave nothing that looks like a clone. An empty directory that was there before stays. */
    private static void remove(Path target, boolean keepDirectory) throws IOException {
        if (!keepDirectory || !Files.exists(target)) {
            FileTrees.delete(target);
            return;
        }
        try (Stream<Path> files = Files.list(target)) {
            for (Path file : files.toList()) {
                FileTrees.delete(file);
            }
        }
    }
}
