package dev.musehub;

import dev.musehub.http.ServeCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line: one line per command. */
@Command(name = "musehub", version = "musehub 0.1.0", mixinStandardHelpOptions = true,
        description = "A self-hosted hub for Muse repositories, and its client.",
        subcommands = {
            ServeCommand.class,
        })
public final class Main {

    private Main() {
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }
}
