package dev.musehub.ops;

import dev.musehub.cli.ExitCode;
import dev.musehub.cli.Plural;
import dev.musehub.core.model.Value;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.postgres.OpenDatabase;
import java.time.Duration;
import java.util.Locale;
import org.apache.commons.cli.CommandLine;

/** {@code musehub gc}. */
public final class GcCommand extends OperatorCommand {

    public GcCommand() {
        super("gc", "Count, or with --apply remove, what no branch, tag or release reaches.");
        flag(null, "apply", "Remove it. Without this it is only counted.");
        option("grace", "TIME", "Keep what is younger than this, such as 14d, 12h or 0s (default: 14d).");
        json();
    }

    @Override
    protected int run(CommandLine line) throws Exception {
        arguments(line, 0, 0);
        Duration grace = duration(line.getOptionValue("grace", "14d"));
        boolean apply = line.hasOption("apply");
        Collect.Collected gone;
        try (OpenDatabase database = database(line); ObjectStore store = store(line, database)) {
            Collect collect = new Collect(database.pool(), store);
            gone = apply ? collect.run(grace) : collect.dryRun(grace);
        }
        if (line.hasOption("json")) {
            printJson(Value.dict().put("applied", apply).put("commits", gone.commits())
                    .put("snapshots", gone.snapshots()).put("objects", gone.objects()).put("bytes", gone.bytes())
                    .put("files", gone.files()).put("file_bytes", gone.fileBytes()).build());
        } else {
            System.out.printf(Locale.ROOT, "%s: %s, %s, %s (%.1f MB raw); %s without rows (%.1f MB)%n",
                    apply ? "removed" : "would remove", Plural.of(gone.commits(), "commit"),
                    Plural.of(gone.snapshots(), "snapshot"), Plural.of(gone.objects(), "object"), gone.bytes() / 1e6,
                    Plural.of(gone.files(), "file"), gone.fileBytes() / 1e6);
            if (!apply) {
                System.out.println("Nothing was removed; use --apply for that.");
            }
        }
        return ExitCode.OK;
    }
}
