package dev.musehub.client.commands;

import dev.musehub.cli.Command;
import dev.musehub.cli.ExitCode;
import dev.musehub.client.hub.HubClient;
import dev.musehub.client.muse.Config;
import dev.musehub.client.muse.Identity;
import dev.musehub.client.muse.UserKey;
import dev.musehub.core.model.Value;
import java.io.IOException;
import java.net.URI;
import java.util.HexFormat;
import org.apache.commons.cli.CommandLine;

/** {@code musehub key}: the keys that sign the commits of a user. */
public final class KeyCommand extends Command {

    public KeyCommand() {
        super("key add HUB-URL | key list HUB-URL | key remove HUB-URL KEY-ID",
                "Register, list or remove the Ed25519 keys with which 'push --sign' signs commits.");
        option("name", "NAME", "With add: a name for the key (default: key).");
        json();
    }

    @Override
    protected int run(CommandLine line) throws IOException {
        arguments(line, 2, 3);
        URI url = Config.url(argument(line, 1, ""));
        try (HubClient hub = HubClient.ofHub(url, Identity.ofUser().tokenFor(url))) {
            Value.Dict answer = switch (argument(line, 0, "")) {
                case "add" -> hub.addKey(line.getOptionValue("name", "key"),
                        HexFormat.of().formatHex(UserKey.ofUserOrNew().publicKey()));
                case "list" -> hub.keys();
                case "remove" -> {
                    arguments(line, 3, 3);
                    yield hub.removeKey(argument(line, 2, ""));
                }
                default -> throw wrongArguments();
            };
            if (line.hasOption("json")) {
                printJson(answer);
            } else if (argument(line, 0, "").equals("list")) {
                if (answer.list("keys").isEmpty()) {
                    System.out.println("no keys; 'musehub key add " + url + "' registers yours");
                }
                answer.list("keys").forEach(key -> System.out.println(key.asDict("key").text("key_id", "") + "\t"
                        + clean(key.asDict("key").text("name", ""))));
            } else {
                System.out.println("key " + answer.text("key_id", "")
                        + (argument(line, 0, "").equals("add") ? " registered" : " removed"));
            }
        }
        return ExitCode.OK;
    }
}
