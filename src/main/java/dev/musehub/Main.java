package dev.musehub;

import dev.musehub.cli.Command;
import dev.musehub.cli.ExitCode;
import dev.musehub.cli.Version;
import dev.musehub.client.commands.CloneCommand;
import dev.musehub.client.commands.CommentCommand;
import dev.musehub.client.commands.FetchCommand;
import dev.musehub.client.commands.KeyCommand;
import dev.musehub.client.commands.LogCommand;
import dev.musehub.client.commands.LoginCommand;
import dev.musehub.client.commands.PullCommand;
import dev.musehub.client.commands.PushCommand;
import dev.musehub.client.commands.RemoteCommand;
import dev.musehub.client.commands.RepoCommand;
import dev.musehub.client.commands.SignCommand;
import dev.musehub.client.doctor.DoctorCommand;
import dev.musehub.client.git.ImportGitCommand;
import dev.musehub.ops.BackupCommand;
import dev.musehub.ops.FsckCommand;
import dev.musehub.ops.GcCommand;
import dev.musehub.ops.RestoreCommand;
import dev.musehub.ops.TokenCommand;
import dev.musehub.ops.UserCommand;
import dev.musehub.server.ServeCommand;
import dev.musehub.settings.ConfigCommand;
import dev.musehub.smoke.SmokeCommand;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The command line, with one line per command. Only the class of the command that runs is loaded. */
public final class Main {

    private static final Map<String, Supplier<Command>> COMMANDS = new LinkedHashMap<>();

    static {
        COMMANDS.put("serve", ServeCommand::new);
        COMMANDS.put("user", UserCommand::new);
        COMMANDS.put("token", TokenCommand::new);
        COMMANDS.put("config", ConfigCommand::new);
        COMMANDS.put("fsck", FsckCommand::new);
        COMMANDS.put("gc", GcCommand::new);
        COMMANDS.put("backup", BackupCommand::new);
        COMMANDS.put("restore", RestoreCommand::new);
        COMMANDS.put("smoke", SmokeCommand::new);
        COMMANDS.put("clone", CloneCommand::new);
        COMMANDS.put("push", PushCommand::new);
        COMMANDS.put("fetch", FetchCommand::new);
        COMMANDS.put("pull", PullCommand::new);
        COMMANDS.put("remote", RemoteCommand::new);
        COMMANDS.put("import-git", ImportGitCommand::new);
        COMMANDS.put("login", LoginCommand::new);
        COMMANDS.put("key", KeyCommand::new);
        COMMANDS.put("sign", SignCommand::new);
        COMMANDS.put("repo", RepoCommand::new);
        COMMANDS.put("comment", CommentCommand::new);
        COMMANDS.put("doctor", DoctorCommand::new);
        COMMANDS.put("log", LogCommand::new);
    }

    private Main() {
    }

    public static void main(String[] args) {
        System.exit(run(List.of(args)));
    }

    private static int run(List<String> args) {
        String name = args.isEmpty() ? "help" : args.getFirst();
        Supplier<Command> command = COMMANDS.get(name);
        if (!name.equals("serve")) {
            // A command calls by reflection so seldom that compiling it takes longer: a tenth of the processor time of a
            // push with nothing to send. In the hub it would pin carrier threads.
            System.setProperty("jdk.reflect.useNativeAccessorOnly", "true");
        }
        if (command != null) {
            return command.get().execute(args.subList(1, args.size()));
        }
        return switch (name) {
            case "--version", "version" -> {
                System.out.println("musehub " + Version.TEXT);
                yield ExitCode.OK;
            }
            case "help", "--help", "-h" -> {
                System.out.println("musehub: a self-hosted hub for Muse repositories, and its client\n");
                COMMANDS.forEach((n, c) -> System.out.printf("  musehub %-10s %s%n", n, c.get().purpose()));
                System.out.println("\n'musehub COMMAND --help' shows the arguments and options of a command.");
                yield ExitCode.OK;
            }
            default -> {
                System.err.println("musehub: there is no command '" + name + "'; 'musehub help' lists all commands");
                yield ExitCode.USER;
            }
        };
    }
}
