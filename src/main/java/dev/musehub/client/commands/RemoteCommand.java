package dev.musehub.client.commands;

import dev.musehub.cli.Command;
import dev.musehub.cli.ExitCode;
import dev.musehub.client.hub.HubClient;
import dev.musehub.client.muse.Config;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Value;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;

/** {@code musehub remote}: the hubs that a repository knows. */
public final class RemoteCommand extends Command {

    public RemoteCommand() {
        super("remote add NAME URL | remote list | remote remove NAME",
                "Add, list or remove the remotes of the repository here.");
        json();
    }

    @Override
    protected int run(CommandLine line) {
        Config config = Config.read(MuseRepository.find(Path.of("")).configFile());
        switch (argument(line, 0, "list")) {
            case "add" -> {
                arguments(line, 3, 3);
                String name = argument(line, 1, "");
                if (config.remotes().containsKey(Config.checkRemote(name))) {
                    throw new Problem(Problem.Code.CONFLICT, "remote '" + name + "' exists already; remove it first, or"
                            + " choose another name");
                }
                // The constructor checks the address.
                new HubClient(Config.url(argument(line, 2, "")), Optional.empty()).close();
                config.setRemote(name, argument(line, 2, ""));
            }
            case "remove" -> {
                arguments(line, 2, 2);
                config.removeRemote(argument(line, 1, ""));
            }
            case "list" -> list(config, line.hasOption("json"));
            default -> throw wrongArguments();
        }
        return ExitCode.OK;
    }

    private static void list(Config config, boolean json) {
        Value.Builder all = Value.dict();
        config.remotes().forEach((name, remote) -> {
            all.put(name, remote.url());
            if (!json) {
                System.out.println(name + "\t" + clean(remote.url()));
            }
        });
        if (json) {
            printJson(all.build());
        } else if (config.remotes().isEmpty()) {
            System.out.println("no remotes; 'musehub remote add origin URL' adds one");
        }
    }
}
