package dev.musehub.ops;

import dev.musehub.cli.ExitCode;
import dev.musehub.core.model.Problem;
import dev.musehub.postgres.OpenDatabase;
import dev.musehub.settings.Setting;
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
        Path backup = Path.of(argument(line, 0, ""));
        // Before anything is created: a typing error must leave nothing.
        Restore.requireBackup(backup);
        try (OpenDatabase database = OpenDatabase.forRestore(data(line), settings(line).text(Setting.DATABASE_URL))) {
            if (!database.alone()) {
                throw new Problem(Problem.Code.CONFLICT, "a hub is running on " + data(line) + "; stop it first");
            }
            Restore.run(backup, database.pool(), data(line).resolve("objects"));
        }
        System.out.println("restored; check it with 'musehub fsck --hash', start it with 'musehub serve'");
        return ExitCode.OK;
    }
}
