package dev.musehub.ops;

import dev.musehub.cli.ExitCode;
import dev.musehub.cli.Plural;
import dev.musehub.core.model.Value;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.postgres.OpenDatabase;
import org.apache.commons.cli.CommandLine;

/** {@code musehub fsck}. */
public final class FsckCommand extends OperatorCommand {

    private static final int SHOWN = 50;

    public FsckCommand() {
        super("fsck", "Check everything the hub keeps; exit code 1 if something is wrong.");
        flag(null, "hash", "Read and hash every byte, instead of only comparing lengths.");
        flag(null, "dry-run", "Only report lost objects; do not ask clients to push them again.");
        json();
    }

    @Override
    protected int run(CommandLine line) throws Exception {
        arguments(line, 0, 0);
        boolean json = line.hasOption("json");
        boolean mark = !line.hasOption("dry-run");
        boolean terminal = !json && Boolean.getBoolean("musehub.terminal");
        Fsck.FsckReport report;
        try (OpenDatabase database = database(line); ObjectStore store = store(line, database)) {
            report = new Fsck(database.pool(), store, new Fsck.FsckOptions(line.hasOption("hash"), mark), text -> {
                if (terminal) {
                    System.err.print("\r" + text + "\u001b[K");
                }
            }).run();
        }
        if (terminal) {
            System.err.println();
        }
        if (json) {
            printJson(value(report));
        } else {
            tell(report, mark);
        }
        return report.findings().isEmpty() ? ExitCode.OK : ExitCode.USER;
    }

    private static void tell(Fsck.FsckReport report, boolean mark) {
        report.findings().stream().limit(SHOWN).forEach(f -> System.out.println(f.kind() + " " + f.id().hex()
                + (f.repository() == 0 ? "" : " of repository " + f.repository()) + ": " + clean(f.what())));
        if (report.findings().size() > SHOWN) {
            System.out.println("... and " + (report.findings().size() - SHOWN) + " more; --json has them all");
        }
        System.out.println(Plural.of(report.objects(), "object") + " (" + report.bytes() / 1_000_000 + " MB), "
                + Plural.of(report.snapshots(), "snapshot") + ", " + Plural.of(report.commits(), "commit") + ": "
                + (report.findings().isEmpty() ? "all well" : Plural.of(report.findings().size(), "finding")));
        if (mark && report.findings().stream().anyMatch(f -> f.kind().equals("object"))) {
            System.out.println("The lost objects are marked. A push from any repository that has them stores them"
                    + " again.");
        }
    }

    private static Value value(Fsck.FsckReport report) {
        return Value.dict().put("objects", report.objects()).put("bytes", report.bytes())
                .put("snapshots", report.snapshots()).put("commits", report.commits())
                .put("findings", new Value.Array(report.findings().stream().<Value>map(f -> Value.dict()
                        .put("kind", f.kind()).put("repository", f.repository()).put("id", f.id().hex())
                        .put("what", f.what()).build()).toList())).build();
    }
}
