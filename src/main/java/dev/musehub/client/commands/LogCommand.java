package dev.musehub.client.commands;

import dev.musehub.cli.Command;
import dev.musehub.cli.ExitCode;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.core.history.Commit;
import dev.musehub.core.history.CommitFields;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;

/** {@code musehub log}: the commits of a branch along first parents, as the log of Muse shows them. */
public final class LogCommand extends Command {

    private static final int MOST = 1000;

    public LogCommand() {
        super("log [BRANCH]", "Show the commits of a branch, newest first.");
        option("max", "N", "Show at most N commits (default: " + MOST + ").");
        flag(null, "oneline", "Show one line per commit.");
        json();
    }

    @Override
    protected int run(CommandLine line) {
        arguments(line, 0, 1);
        MuseRepository repository = MuseRepository.find(Path.of(""));
        String branch = repository.branchOr(line.getArgList().stream().findFirst());
        Optional<Sha256> next = Optional.of(repository.requireHead(branch));
        List<Value> all = new ArrayList<>();
        for (int left = most(line); next.isPresent() && left > 0; left--) {
            Commit commit = repository.readCommit(next.get());
            if (line.hasOption("json")) {
                all.add(CommitFields.FILE.of(commit));
            } else {
                show(commit, line.hasOption("oneline"));
            }
            next = commit.parent1();
        }
        if (line.hasOption("json")) {
            printJson(new Value.Array(all));
        }
        return ExitCode.OK;
    }

    private static int most(CommandLine line) {
        String text = line.getOptionValue("max", Integer.toString(MOST));
        if (!text.matches("[0-9]{1,9}")) {
            throw new Problem(Problem.Code.BAD_REQUEST, "--max must be a number, not '" + text + "'");
        }
        return Integer.parseInt(text);
    }

    private static void show(Commit commit, boolean oneline) {
        String title = clean(commit.message().lines().filter(line -> !line.isBlank()).findFirst().orElse(""));
        if (oneline) {
            System.out.println(brief(commit.id()) + " " + title);
            return;
        }
        System.out.println("commit " + commit.id().hex());
        commit.parent2().ifPresent(second -> System.out.println("Merge:  "
                + brief(commit.parent1().orElseThrow()) + " " + brief(second)));
        if (!commit.author().isEmpty()) {
            System.out.println("Author: " + clean(commit.author()));
        }
        System.out.println("Date:   " + clean(commit.committedAt()) + "\n");
        commit.message().lines().forEach(text -> System.out.println("    " + clean(text)));
        System.out.println();
    }
}
