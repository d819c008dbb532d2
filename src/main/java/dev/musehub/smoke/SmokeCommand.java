package dev.musehub.smoke;

import dev.musehub.cli.Command;
import dev.musehub.cli.ExitCode;
import dev.musehub.core.model.Problem;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.apache.commons.cli.CommandLine;

/** {@code musehub smoke}. */
public final class SmokeCommand extends Command {

    public SmokeCommand() {
        super("smoke [HUB-URL/OWNER]",
                "Test a hub, by default one that the command starts: push, push again, clone, compare, print times.");
        option("sizes", "LIST", "Sizes to run: XS, S, M, L, XL, M41 (default: all; takes minutes and 4 GB of disk).");
        option("heap", "SIZE", "Heap of the hub that the command starts (default: 256m).");
        option("dir", "DIR", "Directory to work in (default: the system's temporary directory).");
        flag(null, "md", "Print the tables as Markdown.");
    }

    @Override
    protected int run(CommandLine line) throws Exception {
        arguments(line, 0, 1);
        List<Workload> shapes = line.hasOption("sizes") ? Workload.named(line.getOptionValue("sizes")) : Workload.ALL;
        Path parent = Path.of(line.getOptionValue("dir", System.getProperty("java.io.tmpdir")));
        String heap = line.getOptionValue("heap", "256m");
        if (!heap.matches("[0-9]{1,6}[kmg]") || !Files.isDirectory(parent)) {
            throw new Problem(Problem.Code.BAD_REQUEST, "--heap is a size such as 256m, --dir an existing directory");
        }
        try (Interruption _ = Interruption.ofThisThread();
                ChildProcesses children = ChildProcesses.in(parent, "musehub-smoke")) {
            boolean markdown = line.hasOption("md");
            boolean well = line.getArgList().isEmpty() ? measureOwn(children, heap, shapes, markdown)
                    : measure(new Smoke(children, owner(argument(line, 0, "")), login()), shapes, markdown, true);
            return well ? ExitCode.OK : ExitCode.USER;
        } catch (InterruptedException e) {
            throw new Problem(Problem.Code.BAD_REQUEST, "interrupted; all temporary files are deleted", e);
        }
    }

    private static boolean measureOwn(ChildProcesses children, String heap, List<Workload> shapes, boolean markdown)
            throws IOException, InterruptedException {
        try (OwnHub hub = new OwnHub(children, children.directory().resolve("hub"), heap)) {
            Map<String, String> client = Map.of("MUSE_TOKEN", hub.token(), "HOME", children.directory().toString());
            boolean well = measure(new Smoke(children, hub.url() + "/" + hub.owner(), client), shapes, markdown, false);
            OptionalDouble peak = hub.peakHeap();
            System.out.println("Peak heap of the hub, of " + heap + " allowed: " + (peak.isPresent()
                    ? Table.number(peak.getAsDouble()) + " MB before a collection" : "there was no collection"));
            return well;
        }
    }

    /** The address with an owner. The default is the owner that the first start of a hub creates. */
    private static String owner(String text) {
        URI url = URI.create(text.replaceAll("/+$", ""));
        return url.getRawPath() == null || url.getRawPath().isEmpty() ? url + "/dev" : url.toString();
    }

    private static Map<String, String> login() {
        String token = System.getenv("MUSE_TOKEN");
        return token == null ? Map.of() : Map.of("MUSE_TOKEN", token);
    }

    private static boolean measure(Smoke smoke, List<Workload> shapes, boolean markdown, boolean forget)
            throws IOException, InterruptedException {
        boolean well = true;
        List<Smoke.SmokeReport> reports = new ArrayList<>();
        for (Workload shape : shapes) {
            String slug = "smoke-" + shape.name().toLowerCase(Locale.ROOT) + "-"
                    + Long.toString(Instant.now().toEpochMilli(), 36);
            try {
                System.err.println(shape.name() + ": " + shape.commits() + " commits, " + shape.objects()
                        + " objects, about " + Table.number(shape.bytes() / 1e6) + " MB");
                reports.add(smoke.run(shape, slug));
            } catch (Problem | IOException e) {
                System.err.println("musehub: " + shape.name() + ": " + clean(String.valueOf(e.getMessage())));
                well = false;
            } finally {
                if (forget) {
                    forget(smoke, slug);
                }
            }
        }
        for (Table table : List.of(figures(reports), phases(reports))) {
            System.out.println(markdown ? table.markdown() : table.plain());
        }
        return well;
    }

    private static void forget(Smoke smoke, String slug) throws IOException, InterruptedException {
        try {
            smoke.forget(slug);
        } catch (Problem e) {
            System.err.println("musehub: could not delete the branch of " + slug + ": "
                    + clean(String.valueOf(e.getMessage())));
        }
    }

    private static Table figures(List<Smoke.SmokeReport> reports) {
        Table table = new Table("size", "commits", "objects", "MB", "push s", "MB/s", "objects/s", "sent MB", "again s",
                "clone s", "MB/s", "received MB", "longest hold ms");
        for (Smoke.SmokeReport r : reports) {
            double mb = r.bytes() / 1e6;
            table.row(r.shape().name(), r.shape().commits(), r.shape().objects(), mb, r.push(), mb / r.push(),
                    r.shape().objects() / r.push(), r.pushSent() / 1e6, r.again(), r.cloned(), mb / r.cloned(),
                    r.cloneReceived() / 1e6, r.longestHoldMillis());
        }
        return table;
    }

    /** How long the phases of the first push took at the hub. */
    private static Table phases(List<Smoke.SmokeReport> reports) {
        Set<String> names = new LinkedHashSet<>();
        reports.forEach(r -> names.addAll(r.phases().keySet()));
        Table table = new Table(Stream.concat(Stream.of("push, ms at the hub"), names.stream()).toArray(String[]::new));
        for (Smoke.SmokeReport r : reports) {
            table.row(Stream.concat(Stream.of(r.shape().name()),
                    names.stream().map(name -> r.phases().getOrDefault(name, 0.0))).toArray());
        }
        return table;
    }

    /** On Ctrl-C and TERM, interrupts the thread and waits until it has cleaned up. */
    private record Interruption(CountDownLatch done) implements AutoCloseable {

        static Interruption ofThisThread() {
            Interruption interruption = new Interruption(new CountDownLatch(1));
            Thread thread = Thread.currentThread();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                if (interruption.done.getCount() > 0) {
                    thread.interrupt();
                    interruption.await();
                }
            }));
            return interruption;
        }

        private void await() {
            try {
                done.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            done.countDown();
        }
    }
}
