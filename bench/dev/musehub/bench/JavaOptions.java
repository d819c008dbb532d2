package dev.musehub.bench;

import dev.musehub.files.FileTrees;
import dev.musehub.smoke.ChildProcesses;
import dev.musehub.smoke.OwnHub;
import dev.musehub.smoke.Table;
import dev.musehub.smoke.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code make java-options}: what options of java give to commands. Each round runs the same commands as the launcher
 * starts them and again with the options added; the order changes from round to round. It guards the options in the
 * launcher: an option stays there only while this shows that commands are slower without it.
 */
final class JavaOptions {

    /** Fields of /proc/self/stat behind the program's name: the ticks (10 ms) that ended children used. */
    private static final int CHILDREN_USER = 13;

    private final ChildProcesses children;
    private final OwnHub hub;
    private final Muse.Source source;
    private final Measured measured = new Measured();

    /** A command that is measured. */
    private interface Command {
        double seconds() throws IOException, InterruptedException;
    }

    private JavaOptions(ChildProcesses children, OwnHub hub, Muse.Source source) {
        this.children = children;
        this.hub = hub;
        this.source = source;
    }

    /** Arguments: the options, rounds, and the name of the workload that is pushed and cloned. */
    public static void main(String[] arguments) throws Exception {
        int rounds = Integer.parseInt(arguments[1]);
        Workload shape = Workload.named(arguments[2]).getFirst();
        Bench.run("musehub-java-options", children -> {
            Muse.Source source = new Muse(children, "").generate(shape, children.directory().resolve("source"));
            try (OwnHub hub = new OwnHub(children, children.directory().resolve("hub"), "256m")) {
                JavaOptions options = new JavaOptions(children, hub, source);
                // A round that does not count: the hub has only just started.
                options.run("warm-up", arguments[0], 0);
                for (int round = 1; round <= rounds; round++) {
                    System.err.println("java-options: round " + round + " of " + rounds);
                    options.run(round % 2 == 0 ? "as is" : "with", round % 2 == 0 ? "" : arguments[0], round);
                    options.run(round % 2 == 0 ? "with" : "as is", round % 2 == 0 ? arguments[0] : "", round);
                }
                System.out.print(options.table().markdown());
                System.err.println("\n" + options.measured.rounds());
            }
        });
    }

    private void run(String variant, String javaOptions, int round) throws IOException, InterruptedException {
        Muse muse = new Muse(children, javaOptions);
        String slug = "r" + round + variant.replace(" ", "-");
        String url = hub.url() + "/" + hub.owner() + "/" + slug;
        Path clone = children.directory().resolve(slug);
        source.files().remote(slug, url);
        measure(variant, "version", () -> muse.version().seconds());
        measure(variant, "first push", () -> muse.push(hub, source, slug).seconds());
        Muse.awaitIdle(hub);
        measure(variant, "no-op push", () -> muse.push(hub, source, slug).seconds());
        measure(variant, "clone", () -> muse.clone(hub, url, clone).seconds());
        FileTrees.delete(clone);
    }

    private void measure(String variant, String what, Command command) throws IOException, InterruptedException {
        double before = childrenSeconds();
        measured.add(what + ", " + variant, command.seconds());
        measured.add(what + " cpu, " + variant, childrenSeconds() - before);
    }

    /** The processor time of all children that have ended; 0 where there is no /proc. */
    private static double childrenSeconds() throws IOException {
        Path stat = Path.of("/proc/self/stat");
        if (!Files.exists(stat)) {
            return 0;
        }
        String text = Files.readString(stat);
        String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[CHILDREN_USER]) + Long.parseLong(fields[CHILDREN_USER + 1])) / 100.0;
    }

    private Table table() {
        Table table = new Table("command", "as is", "with", "ratio", "as is, processor", "with", "ratio");
        for (String what : List.of("version", "first push", "no-op push", "clone")) {
            double[] wall = medians(what);
            double[] processor = medians(what + " cpu");
            table.row(what, text(wall[0]), text(wall[1]), ratio(wall), text(processor[0]), text(processor[1]),
                    ratio(processor));
        }
        return table;
    }

    private double[] medians(String what) {
        return new double[] {measured.median(what + ", as is"), measured.median(what + ", with")};
    }

    private static String text(double seconds) {
        return Table.number(seconds) + " s";
    }

    private static String ratio(double[] medians) {
        return medians[0] == 0 ? "" : Table.number(medians[1] / medians[0]);
    }
}
