package dev.musehub.client.git;

import dev.musehub.cli.Command;
import dev.musehub.cli.ExitCode;
import dev.musehub.cli.Meter;
import dev.musehub.cli.Plural;
import dev.musehub.client.muse.Config;
import dev.musehub.client.muse.Identity;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.client.muse.SafeFiles;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Value;
import dev.musehub.files.FileTrees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.cli.CommandLine;

/** {@code musehub import-git}: the history of a git repository as a Muse repository. */
public final class ImportGitCommand extends Command {

    public ImportGitCommand() {
        super("import-git PATH-OR-URL [DIRECTORY]",
                "Import all branches and tags of a git repository; run it again to import what is new.");
        flag(null, "emails", "Write authors as 'Name <mail>' instead of 'Name'.");
        flag(null, "all-paths", "Also import what Muse itself never records: build/, node_modules/, .env, *.pem ...");
        flag(null, "no-checkout", "Do not write the files of the branch that git has checked out.");
        json();
    }

    @Override
    protected int run(CommandLine line) throws IOException {
        arguments(line, 1, 2);
        String from = argument(line, 0, "").replaceAll("(?<=.)/+$", "");
        Path target = Path.of(argument(line, 1, name(from) + "-muse")).toAbsolutePath().normalize();
        requireOurs(target);
        if (Files.isDirectory(Path.of(from))) {
            return run(line, name(from), GitRepository.open(Path.of(from).toAbsolutePath()), target);
        }
        Path temp = Files.createTempDirectory("musehub-git");
        try {
            return run(line, name(from), GitRepository.mirror(from, temp.resolve("mirror.git")), target);
        } finally {
            FileTrees.delete(temp);
        }
    }

    /** The last part of a path or address, without characters that a hub does not accept in a name. */
    private static String name(String from) {
        String whole = from.equals(".") ? Path.of("").toAbsolutePath().toString() : from;
        String last = whole.substring(Math.max(whole.lastIndexOf('/'), whole.lastIndexOf(':')) + 1)
                .replaceAll("\\.git$", "").replaceAll("[^A-Za-z0-9._-]+", "-").replaceAll("^[^A-Za-z0-9]+", "");
        return last.isEmpty() ? "imported" : last;
    }

    private static void requireOurs(Path target) throws IOException {
        if (GitJournal.exists(target) || !Files.exists(target)) {
            return;
        }
        try (Stream<Path> files = Files.list(target)) {
            if (files.findAny().isPresent()) {
                throw new Problem(Problem.Code.CONFLICT, target + " exists, is not empty and is not an earlier import;"
                        + " name another directory");
            }
        }
    }

    private int run(CommandLine line, String name, GitRepository git, Path target) throws IOException {
        long start = System.nanoTime();
        Map<String, GitId> branches = GitImport.branches(git);
        if (branches.isEmpty()) {
            throw new Problem(Problem.Code.NOT_FOUND, "the git repository has no branch with a commit");
        }
        GitImport.ImportOptions options = new GitImport.ImportOptions(line.hasOption("emails"),
                line.hasOption("all-paths"));
        boolean json = line.hasOption("json");
        Meter meter = Meter.ofTerminal(json);
        try (GitJournal journal = GitJournal.open(target, options.line())) {
            MuseRepository repository = open(target, git, branches);
            List<GitRepository.Tag> gitTags = git.tags();
            GitImport.ImportOutcome outcome = new GitImport(git, repository, journal, options)
                    .run(branches, gitTags, meter);
            GitRefs refs = new GitRefs(repository);
            List<String> stayed = refs.move(outcome.heads(), !line.hasOption("no-checkout"), meter);
            long tags = refs.tag(gitTags, journal, outcome.leftOut());
            double seconds = (System.nanoTime() - start) / 1e9;
            if (json) {
                printJson(Value.dict().put("directory", target.toString()).put("branches", outcome.heads().size())
                        .put("commits", outcome.commits()).put("merges", outcome.merges())
                        .put("snapshots", outcome.snapshots()).put("objects", outcome.objects())
                        .put("bytes", outcome.bytes()).put("tags", tags).put("lfs_pointers", outcome.lfsPointers())
                        .put("empty_messages", outcome.emptyMessages())
                        .put("left_out", outcome.leftOut().json()).put("stayed", Value.texts(stayed))
                        .put("seconds", new Value.Real(seconds)).build());
            } else {
                System.out.printf(Locale.ROOT, "imported into %s: %s (%s), %s, %s, %s, %s in %.2f s%n", target,
                        Plural.of(outcome.commits(), "new commit"), Plural.of(outcome.merges(), "merge"),
                        Plural.of(outcome.snapshots(), "snapshot"), Plural.of(outcome.objects(), "object"),
                        Plural.of(outcome.heads().size(), "branch"), Plural.of(tags, "new tag"), seconds);
                tell(outcome, stayed);
                tellNext(name, target, repository, outcome.heads().size());
            }
        }
        return ExitCode.OK;
    }

    /** Opens the repository of an earlier import, or makes a new one. A killed import may have left half of one. */
    private static MuseRepository open(Path target, GitRepository git, Map<String, GitId> branches)
            throws IOException {
        if (Files.exists(target.resolve(".muse/HEAD"))) {
            return MuseRepository.open(target);
        }
        Map.Entry<String, GitId> main = branches.entrySet().iterator().next();
        try (GitRepository.GitHistory history = git.history(main.getValue(), List.of())) {
            // The id depends on the oldest commit: every import of this history gives the same repository.
            String id = GitRefs.named("git:" + history.next().orElseThrow().id().hex()).toString();
            MuseRepository made = MuseRepository.create(target, id, "code", main.getKey());
            SafeFiles.write(made.configFile(), "[user]\ntype = \"human\"\n".getBytes(StandardCharsets.UTF_8));
            return made;
        }
    }

    private static void tell(GitImport.ImportOutcome outcome, List<String> stayed) {
        if (outcome.lfsPointers() > 0) {
            System.out.println("  pointers of Git LFS, as git has them: " + Plural.of(outcome.lfsPointers(), "file")
                    + "; their content is not in the git repository");
        }
        if (outcome.emptyMessages() > 0) {
            System.out.println("  " + Plural.of(outcome.emptyMessages(), "commit") + " with an empty message:"
                    + " 'muse log' stops with an error where it would show one; 'musehub log' shows all");
        }
        outcome.leftOut().lines().forEach(text -> System.out.println("  " + clean(text)));
        stayed.forEach(text -> System.out.println("  " + clean(text)));
    }

    private static void tellNext(String name, Path target, MuseRepository repository, int branches) {
        String command = System.getProperty("musehub.command", "musehub");
        // The command must work in the other directory too.
        command = command.contains("/") ? Path.of(command).toAbsolutePath().normalize().toString() : command;
        System.out.println("next, with a hub running and 'musehub login' done:\n  cd " + target);
        if (!Config.read(repository.configFile()).remotes().containsKey("origin")) {
            List<String> hubs = Identity.ofUser().hubs();
            String hub = hubs.isEmpty() ? "http://127.0.0.1:1337" : hubs.getFirst();
            System.out.println("  " + command + " remote add origin " + clean(hub) + "/dev/" + name
                    + (hubs.size() < 2 ? "" : "    # or " + clean(String.join(", ", hubs.subList(1, hubs.size())))));
        }
        System.out.println("  " + command + " push -u origin"
                + (branches == 1 ? "" : "    # and 'push origin BRANCH' for each other branch"));
    }
}
