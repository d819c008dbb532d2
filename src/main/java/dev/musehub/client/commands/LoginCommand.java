package dev.musehub.client.commands;

import dev.musehub.cli.Command;
import dev.musehub.cli.ExitCode;
import dev.musehub.client.hub.HubClient;
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
        super("login HUB-URL", "Check your token at a hub, and store it in ~/.muse/identity.toml.");
        option("token", "TOKEN", "The token (default: the variable MUSE_TOKEN; if that is not set, the command asks).");
        option("name", "NAME", "A name to store with the token.");
    }

    @Override
    protected int run(CommandLine line) throws IOException {
        arguments(line, 1, 1);
        URI hub = Config.url(argument(line, 0, ""));
        String host = Identity.key(hub);
        String token = Optional.ofNullable(line.getOptionValue("token"))
                .or(() -> Optional.ofNullable(System.getenv("MUSE_TOKEN")))
                .or(LoginCommand::ask)
                .map(String::strip).filter(t -> !t.isEmpty() && t.chars().noneMatch(Character::isISOControl))
                .orElseThrow(() -> new Problem(Problem.Code.BAD_REQUEST, "no valid token was given; use --token or"
                + " MUSE_TOKEN"));
        Identity identity = Identity.ofUser();
        identity.requireSafe(hub);
        // A wrong token must not replace one that works, so the hub is asked first.
        try (HubClient client = HubClient.ofHub(hub, Optional.of(token))) {
            client.keys();
        }
        identity.store(hub, line.getOptionValue("name", ""), token);
        System.out.println("token stored for " + host);
        return ExitCode.OK;
    }

    private static Optional<String> ask() {
        Console console = System.console();
        return console == null ? Optional.empty() : Optional.ofNullable(console.readPassword("Token: "))
                .map(String::new);
    }
}
