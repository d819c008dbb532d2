package dev.musehub.client.commands;

import dev.musehub.cli.Command;
import dev.musehub.cli.ExitCode;
import dev.musehub.cli.Plural;
import dev.musehub.client.muse.Config;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.client.muse.UserKey;
import dev.musehub.client.transfer.NewCommits;
import dev.musehub.core.history.Commit;
import dev.musehub.core.model.Sha256;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.CommandLine;

/** {@code musehub sign}: signs the commits of a branch that have no signature yet. */
public final class SignCommand extends Command {

    public SignCommand() {
        super("sign [BRANCH]", "Sign commits of a branch that are neither signed nor pushed; ids do not change.");
    }

    @Override
    protected int run(CommandLine line) throws IOException {
        arguments(line, 0, 1);
        MuseRepository repository = MuseRepository.find(Path.of(""));
        Sha256 head = repository.requireHead(repository.branchOr(line.getArgList().stream().findFirst()));
        List<Sha256> pushed = Config.read(repository.configFile()).remotes().keySet().stream()
                .flatMap(remote -> repository.remoteHeads(remote).values().stream()).toList();
        List<Commit> commits = new NewCommits(repository).newCommits(head, pushed);
        long unsigned = commits.stream().filter(c -> c.signature().isEmpty()).count();
        UserKey.ofUser().sign(commits, repository);
        System.out.println(Plural.of(unsigned, "commit") + " signed, "
                + (commits.size() - unsigned) + " were signed already");
        return ExitCode.OK;
    }
}
