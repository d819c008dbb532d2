package dev.musehub.bench;

import dev.musehub.client.muse.NewRepository;
import dev.musehub.smoke.ChildProcesses;
import dev.musehub.smoke.HistoryGenerator;
import dev.musehub.smoke.OwnHub;
import dev.musehub.smoke.Table;
import dev.musehub.smoke.Workload;
import dev.musehub.testing.S3Server;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * {@code make ways}: the same number of new objects through a hub with a bucket, past it into a private repository, and
 * past it into a public one, where the hub reads the head of each object back. The bucket is S3Proxy in this process,
 * so it shares the machine with hub and client: what counts is how the rows compare. Guards the choice of {@code
 * DIRECT_OBJECTS}: where the way past the hub is slower than through it, that number should grow.
 */
final class Ways {

    private static final int COMMITS = 40;
    private static final int BYTES = 12 << 10;
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final ChildProcesses children;
    private final OwnHub hub;
    private final Workload shape;
    private long seed = 2000;

    private Ways(ChildProcesses children, OwnHub hub, Workload shape) {
        this.children = children;
        this.hub = hub;
        this.shape = shape;
    }

    /** Arguments: objects of a push, rounds. */
    public static void main(String[] arguments) throws Exception {
        int files = Math.max(1, Integer.parseInt(arguments[0]) / COMMITS);
        int rounds = Integer.parseInt(arguments[1]);
        // The first commit makes the repository, and is not measured.
        Workload shape = Workload.of("ways", COMMITS + 1, files, BYTES);
        Bench.run("musehub-ways", children -> {
            try (S3Server bucket = S3Server.inProcess(); OwnHub hub = new OwnHub(children,
                    children.directory().resolve("hub"), "256m", settings(bucket))) {
                new Ways(children, hub, shape).measure(rounds);
            }
        });
    }

    private static Map<String, String> settings(S3Server bucket) {
        return Map.of("MUSEHUB_S3_BUCKET", "ways", "AWS_ENDPOINT_URL_S3", bucket.endpoint().toString(),
                "AWS_ACCESS_KEY_ID", bucket.key(), "AWS_SECRET_ACCESS_KEY", bucket.secret());
    }

    private void measure(int rounds) throws Exception {
        Measured measured = new Measured();
        // One that nobody measures, for the hub has only just started.
        push("warm", "--direct", true);
        for (int round = 1; round <= rounds; round++) {
            System.err.println("ways: round " + round + " of " + rounds);
            measured.add("through", push("through" + round, "--stream", false));
            measured.add("private", push("private" + round, "--direct", false));
            measured.add("public", push("public" + round, "--direct", true));
        }
        Table table = new Table(String.format(Locale.ROOT, "%,d objects, %,d MB", COMMITS * shape.objects()
                / shape.commits(), shape.bytes() / 1_000_000), "seconds", "of those through the hub");
        double through = measured.median("through");
        for (String way : List.of("through", "private", "public")) {
            double seconds = measured.median(way);
            table.row(switch (way) {
                case "through" -> "through the hub";
                default -> "past the hub, " + way;
            }, seconds, seconds / through);
        }
        System.out.println();
        System.out.print(table.markdown());
        System.out.print(measured.rounds());
    }

    /** The seconds of the push of all commits but the first. */
    private double push(String slug, String way, boolean open) throws IOException, InterruptedException {
        Path root = children.directory().resolve(slug);
        String url = hub.url() + "/" + hub.owner() + "/" + slug;
        NewRepository files = NewRepository.create(root, "main");
        files.remote("origin", url);
        HistoryGenerator author = new HistoryGenerator(shape.seeded(seed++));
        commit(files, author);
        run(root, "push", "--stream");
        run(root, "repo", "set", url, "public=" + open);
        while (author.unfinished()) {
            commit(files, author);
        }
        return run(root, "push", way).toNanos() / 1e9;
    }

    private static void commit(NewRepository files, HistoryGenerator author) {
        HistoryGenerator.GeneratedCommit edit = author.next();
        files.commit(edit.message(), edit.time(), edit.files());
    }

    private Duration run(Path where, String... command) throws IOException, InterruptedException {
        ChildProcesses.EndedProcess ended = children.run(where, Map.of("MUSE_TOKEN", hub.token(), "HOME",
                children.directory().toString()), LIMIT, ChildProcesses.musehub(command));
        ended.checked(String.join(" ", command));
        return ended.wall();
    }
}
