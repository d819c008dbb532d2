package dev.musehub.ops;

import dev.musehub.cli.ExitCode;
import dev.musehub.core.model.Problem;
import dev.musehub.postgres.OpenDatabase;
import java.nio.file.Path;
import org.apache.commons.cli.CommandLine;

/** {@code musehub restore}. */
public final class RestoreCommand extends OperatorCommand {

    public RestoreCommand() {
        super("restore DIR", "Restore a hub from a backup, into an empty data directory or database.");
    }

    @Override
    protected int run(CommandLine line) throws Exception {
        arguments(line, 1, 1);
        try (OpenDatabase database = database(line)) {
            if (!database.alone()) {
                throw new Problem(Problem.Code.CONFLICT, "a hub is running on " + data(line) + "; stop it first");
            }
            Restore.run(Path.of(argument(line, 0, "")), database.pool(), data(line).resolve("objects"));
        }
        System.out.println("restored; check it with 'musehub fsck --hash', start it with 'musehub serve'");
        return ExitCode.OK;
    }
}
