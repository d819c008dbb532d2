package dev.musehub.ops;

import dev.musehub.accounts.AccountRows;
import dev.musehub.cli.ExitCode;
import dev.musehub.cli.Plural;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Value;
import dev.musehub.core.store.DiskStore;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.postgres.OpenDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import org.apache.commons.cli.CommandLine;

/** {@code musehub backup}. */
public final class BackupCommand extends OperatorCommand {

    private static final int SHOWN = 100;

    public BackupCommand() {
        super("backup DIR", "Copy all rows, and the bytes that DIR does not have yet; the hub may be running.");
        json();
    }

    @Override
    protected int run(CommandLine line) throws Exception {
        arguments(line, 1, 1);
        Path target = Path.of(argument(line, 0, ""));
        Backup.Copied copied;
        boolean bucket;
        try (OpenDatabase database = database(line); ObjectStore store = store(line, database)) {
            requireUsers(database);
            bucket = !(store instanceof DiskStore);
            copied = new Backup(database.pool(), store).run(target);
        }
        if (line.hasOption("json")) {
            printJson(Value.dict().put("rows", copied.rows()).put("files", copied.files()).put("bytes", copied.bytes())
                    .put("bucket", bucket)
                    .put("missing", new Value.Array(copied.missing().stream()
                            .<Value>map(file -> new Value.Text(file.toString())).toList())).build());
        } else {
            System.out.printf(Locale.ROOT, "%s, %s (%.1f MB) in %s%n", Plural.of(copied.rows(), "row"),
                    Plural.of(copied.files(), "new file"), copied.bytes() / 1e6, target);
            if (bucket) {
                System.out.println("The objects stay in their bucket. Protect it by means of its service"
                        + " (versioning, replication).");
            }
        }
        if (copied.missing().isEmpty()) {
            return ExitCode.OK;
        }
        if (!line.hasOption("json")) {
            copied.missing().stream().limit(SHOWN).forEach(file ->
                    System.out.println("gone or cut off: " + DiskStore.file(Path.of("objects"), file)));
            System.out.println("Without " + Plural.of(copied.missing().size(), "file") + " of the hub; all the rest is"
                    + " in the backup. 'musehub fsck' marks the objects that are lost; pushes send them again.");
        }
        return ExitCode.USER;
    }

    /** Every hub has its owner. Where there is no user, this is not the hub that somebody wants to keep. */
    private static void requireUsers(OpenDatabase database) throws SQLException {
        try (Connection c = database.pool().acquire("users")) {
            if (!AccountRows.any(c)) {
                throw new Problem(Problem.Code.NO_REPOSITORY, "the hub in " + database.data() + " has no users, so it"
                        + " was never used; name the right one with --data or MUSEHUB_DATA");
            }
        }
    }
}
