package dev.musehub.client.commands;

import dev.musehub.cli.Command;
import dev.musehub.cli.ExitCode;
import dev.musehub.client.hub.HubClient;
import dev.musehub.client.hub.RemoteRepository;
import dev.musehub.core.model.Value;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.commons.cli.CommandLine;

/** {@code musehub comment}: the comments on a commit at a hub. */
public final class CommentCommand extends Command {

    public CommentCommand() {
        super("comment COMMIT --body TEXT | --list | --delete NUMBER",
                "Add, list or delete comments on a commit at a hub; COMMIT is an id or the beginning of one.");
        option("body", "TEXT", "Add a comment with this text; '-' reads the text from standard input.");
        flag("l", "list", "Show the comments, oldest first.");
        option("delete", "NUMBER", "Delete a comment: one of yours, or any in a repository of yours.");
        option("remote", "NAME", "The remote (default: origin).");
        json();
    }

    @Override
    protected int run(CommandLine line) throws IOException {
        arguments(line, 1, 1);
        int ways = 0;
        for (String way : new String[] {"body", "list", "delete"}) {
            ways += line.hasOption(way) ? 1 : 0;
        }
        if (ways != 1) {
            throw wrongArguments();
        }
        String commit = argument(line, 0, "");
        try (HubClient hub = RemoteRepository.here(line.getOptionValue("remote", "origin")).connect()) {
            if (line.hasOption("list")) {
                list(hub, commit, line.hasOption("json"));
                return ExitCode.OK;
            }
            Value.Dict answer = line.hasOption("delete") ? hub.removeComment(commit, line.getOptionValue("delete"))
                    : hub.addComment(commit, text(line.getOptionValue("body")));
            if (line.hasOption("json")) {
                printJson(answer);
            } else {
                System.out.println(line.hasOption("delete") ? "deleted comment " + answer.integer("removed", 0)
                        : "comment " + answer.dict("comment").integer("id", 0) + " on "
                                + brief(clean(answer.text("commit", ""))));
            }
        }
        return ExitCode.OK;
    }

    private static String text(String body) throws IOException {
        return body.equals("-") ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8) : body;
    }

    /** Lists page by page. JSON is one object per line, so that a program can read them before the end. */
    private static void list(HubClient hub, String commit, boolean json) {
        long after = 0;
        boolean more = true;
        while (more) {
            Value.Dict page = hub.comments(commit, after);
            for (Value value : page.list("comments")) {
                Value.Dict comment = value.asDict("comment");
                if (json) {
                    printJson(comment);
                } else {
                    System.out.println(clean("#" + comment.integer("id", 0) + "  " + comment.text("author", "") + "  "
                            + comment.text("at", "")));
                    comment.text("body", "").lines().forEach(text -> System.out.println("    " + clean(text)));
                    System.out.println();
                }
                // Ids must grow: a hub that always says "more" must not keep this loop running for ever.
                long id = comment.integer("id", 0);
                more = id > after;
                after = Math.max(after, id);
            }
            more &= page.bool("more", false) && !page.list("comments").isEmpty();
        }
        if (after == 0 && !json) {
            System.out.println("no comments");
        }
    }
}
