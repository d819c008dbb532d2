package dev.musehub.client.commands;

import dev.musehub.cli.Command;
import dev.musehub.cli.ExitCode;
import dev.musehub.client.hub.HubClient;
import dev.musehub.client.muse.Config;
import dev.musehub.client.muse.Identity;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Value;
import dev.musehub.files.Nearest;
import dev.musehub.json.JsonValues;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.commons.cli.CommandLine;

/** {@code musehub repo}: the settings of a repository on a hub, and the log of its branches. */
public final class RepoCommand extends Command {

    private static final List<String> SETTINGS = List.of("public", "default_branch", "signatures", "refuse_polyglots");

    public RepoCommand() {
        super("repo show URL | repo set URL KEY=VALUE... | repo reflog URL [BRANCH]"
                + " | repo member list URL | repo member add URL USER reader|writer|admin"
                + " | repo member remove URL USER | repo delete URL OWNER/NAME",
                "Show or change the settings of a repository (public, default_branch, signatures, refuse_polyglots)"
                + " or its members, list the moves of its branches, or delete it.");
        json();
    }

    @Override
    protected int run(CommandLine line) {
        arguments(line, 2, 20);
        if (argument(line, 0, "").equals("member")) {
            return members(line);
        }
        URI url = Config.url(argument(line, 1, ""));
        try (HubClient hub = new HubClient(url, Identity.ofUser().tokenFor(url))) {
            Value.Dict answer = switch (argument(line, 0, "")) {
                case "show" -> hub.settings();
                case "set" -> hub.changeSettings(changes(line.getArgList().subList(2, line.getArgList().size())));
                case "delete" -> delete(url, argument(line, 2, ""), hub);
                case "reflog" -> hub.reflog(argument(line, 2, ""));
                default -> throw wrongArguments();
            };
            if (line.hasOption("json")) {
                printJson(answer);
            } else if (argument(line, 0, "").equals("reflog")) {
                moves(answer, argument(line, 2, ""));
            } else {
                answer.entries().forEach((key, value) -> System.out.println(key + " = "
                        + clean(new String(JsonValues.encode(value), StandardCharsets.UTF_8))));
            }
        }
        return ExitCode.OK;
    }

    /** Deletes if the user has repeated the name: so a typing error cannot delete. */
    private static Value.Dict delete(URI url, String name, HubClient hub) {
        String path = url.getPath().replaceAll("^/+|/+$", "");
        if (!path.equals(name) && !path.endsWith("/" + name) || !name.contains("/")) {
            throw new Problem(Problem.Code.BAD_REQUEST, "this deletes " + path + " for good; to confirm, repeat its"
                    + " name after the address: musehub repo delete " + url + " " + path);
        }
        return hub.deleteRepository();
    }

    private int members(CommandLine line) {
        arguments(line, 3, 5);
        URI url = Config.url(argument(line, 2, ""));
        try (HubClient hub = new HubClient(url, Identity.ofUser().tokenFor(url))) {
            Value.Dict answer = switch (argument(line, 1, "") + " " + line.getArgList().size()) {
                case "list 3" -> hub.members();
                case "add 5" -> hub.addMember(argument(line, 3, ""), argument(line, 4, ""));
                case "remove 4" -> hub.removeMember(argument(line, 3, ""));
                default -> throw wrongArguments();
            };
            if (line.hasOption("json")) {
                printJson(answer);
            } else {
                System.out.println(clean(answer.text("owner", "") + "\towner"));
                answer.list("members").stream().map(member -> member.asDict("member")).forEach(member ->
                        System.out.println(clean(member.text("user", "") + "\t" + member.text("role", ""))));
            }
        }
        return ExitCode.OK;
    }

    /** The changes as JSON: {@code true} and {@code false}, or text. */
    private static Value.Dict changes(List<String> pairs) {
        String all = String.join(", ", SETTINGS);
        if (pairs.isEmpty()) {
            throw new Problem(Problem.Code.BAD_REQUEST, "name what to set, as KEY=VALUE; there are " + all);
        }
        Value.Builder changes = Value.dict();
        for (String pair : pairs) {
            int equals = pair.indexOf('=');
            if (equals <= 0) {
                throw new Problem(Problem.Code.BAD_REQUEST, "'" + pair + "' is not KEY=VALUE, such as public=true");
            }
            String key = pair.substring(0, equals);
            String value = pair.substring(equals + 1);
            if (!SETTINGS.contains(key)) {
                throw new Problem(Problem.Code.BAD_REQUEST, "'" + key + "' is no setting; did you mean '"
                        + Nearest.of(key, SETTINGS) + "'? There are " + all);
            }
            if (value.equals("true") || value.equals("false")) {
                changes.put(key, Boolean.parseBoolean(value));
            } else {
                changes.put(key, value);
            }
        }
        return changes.build();
    }

    private static void moves(Value.Dict answer, String branch) {
        List<Value> moves = answer.list("moves");
        if (moves.isEmpty() && !branch.isEmpty()) {
            throw new Problem(Problem.Code.NOT_FOUND, "there is no branch '" + branch + "', and never was;"
                    + " check its name, or leave it out to see all branches");
        }
        moves.forEach(move -> show(move.asDict("move")));
        if (moves.isEmpty()) {
            System.out.println("no branch has moved yet");
        }
    }

    private static void show(Value.Dict move) {
        System.out.println(clean(move.text("at", "") + "  " + move.text("branch", "") + "  "
                + end(move.text("old", "")) + " -> " + end(move.text("new", "")) + "  " + move.text("user", "")
                + (move.bool("forced", false) ? "  forced" : "")));
    }

    private static String end(String id) {
        return id.isEmpty() ? "(none)" : brief(id);
    }
}
