package dev.musehub.client.commands;

import dev.musehub.cli.Command;
import dev.musehub.cli.ExitCode;
import dev.musehub.client.muse.Config;
import dev.musehub.client.muse.Identity;
import dev.musehub.core.model.Problem;
import java.io.Console;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;

/** {@code musehub login}: stores the token for a hub. */
public final class LoginCommand extends Command {

    public LoginCommand() {
        super("login HUB-URL", "Store your token for a hub in ~/.muse/identity.toml.");
        option("token", "TOKEN", "The token (default: the variable MUSE_TOKEN; if that is not set, the command asks).");
        option("name", "NAME", "A name to store with the token.");
    }

    @Override
    protected int run(CommandLine line) throws IOException {
        arguments(line, 1, 1);
        URI hub = Config.url(argument(line, 0, ""));
        String token = Optional.ofNullable(line.getOptionValue("token"))
                .or(() -> Optional.ofNullable(System.getenv("MUSE_TOKEN")))
                .or(LoginCommand::ask)
                .map(String::strip).filter(t -> !t.isEmpty() && t.chars().noneMatch(Character::isISOControl))
                .orElseThrow(() -> new Problem(Problem.Code.BAD_REQUEST, "no valid token; use --token or MUSE_TOKEN"));
        Identity.ofUser().store(hub, line.getOptionValue("name", ""), token);
        System.out.println("token stored for " + Identity.key(hub));
        return ExitCode.OK;
    }

    private static Optional<String> ask() {
        Console console = System.console();
        return console == null ? Optional.empty() : Optional.ofNullable(console.readPassword("Token: "))
                .map(String::new);
    }
}
