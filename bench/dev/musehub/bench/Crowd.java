package dev.musehub.bench;

import dev.musehub.client.muse.NewRepository;
import dev.musehub.files.FileTrees;
import dev.musehub.smoke.ChildProcesses;
import dev.musehub.smoke.HistoryGenerator;
import dev.musehub.smoke.OwnHub;
import dev.musehub.smoke.Table;
import dev.musehub.smoke.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * {@code make crowd}: one client pushes, then 16 at once to 16 repositories, then 16 to as many branches of one. While
 * they do, another pushes one small commit after the other, and its times are kept. A failure of anyone fails all.
 */
final class Crowd {

    private static final int CLIENTS = 16;
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final Workload SMALL = Workload.of("small", 1, 5, 512);

    private final ChildProcesses children;
    private final OwnHub hub;
    private final Workload shape;
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong seeds = new AtomicLong(1000);
    private NewRepository small;
    private HistoryGenerator smallAuthor;

    Crowd(ChildProcesses children, OwnHub hub, Workload shape) {
        this.children = children;
        this.hub = hub;
        this.shape = shape;
    }

    /** Arguments: objects that each client pushes. */
    public static void main(String[] arguments) throws Exception {
        Workload shape = shape(Integer.parseInt(arguments[0]));
        Bench.run("musehub-crowd", children -> {
            try (OwnHub hub = new OwnHub(children, children.directory().resolve("hub"), "256m")) {
                new Crowd(children, hub, shape).measure();
            }
        });
    }

    static Workload shape(int objects) {
        return Workload.of("crowd", 60, Math.max(1, objects / 60), 12 << 10);
    }

    private void measure() throws Exception {
        small = NewRepository.create(children.directory().resolve("small"), "main");
        small.remote("origin", url("small"));
        smallAuthor = new HistoryGenerator(SMALL);
        // One that nobody measures, for the hub has only just started.
        push(source("warm", "main"));
        Table table = new Table("clients", "seconds", "objects/s", "of one client", "target", "met",
                "small pushes", "their median ms", "their p99 ms");
        double one = row(table, "1 to 1 repository", 1, false, 0);
        row(table, CLIENTS + " to " + CLIENTS + " repositories", CLIENTS, false, one);
        row(table, CLIENTS + " to 1 repository", CLIENTS, true, one);
        System.out.println();
        System.out.print(table.markdown());
        requireNoFailure();
    }

    void requireNoFailure() throws IOException {
        failures.forEach(System.err::println);
        if (!failures.isEmpty()) {
            throw new IOException(failures.size() + " pushes failed");
        }
    }

    private double row(Table table, String name, int clients, boolean together, double one) throws Exception {
        System.err.println("crowd: " + name);
        List<Path> sources = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            sources.add(source(together ? "together" : "apart" + clients + "-" + i, "branch" + i));
        }
        AtomicBoolean over = new AtomicBoolean();
        List<Double> times = new ArrayList<>();
        Thread aside = Thread.ofVirtual().start(() -> {
            while (!over.get()) {
                pushSmall(times);
            }
        });
        double seconds = pushAll(sources);
        over.set(true);
        aside.join();
        for (Path source : sources) {
            FileTrees.delete(source);
        }
        double rate = clients * shape.objects() / seconds;
        List<Double> sorted = times.stream().sorted().toList();
        table.row(name, seconds, rate, one == 0 ? "" : rate / one, one == 0 ? "" : ">= 1",
                one == 0 ? "" : rate >= one ? "yes" : "no", sorted.size(), at(sorted, 0.5), at(sorted, 0.99));
        return rate;
    }

    /** Pushes all at once; the seconds until the last has ended. */
    double pushAll(List<Path> sources) throws InterruptedException {
        long start = System.nanoTime();
        List<Thread> crowd = sources.stream().map(source -> Thread.ofVirtual().start(() -> push(source))).toList();
        for (Thread client : crowd) {
            client.join();
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private static Object at(List<Double> sorted, double share) {
        return sorted.isEmpty() ? "-" : (Object) sorted.get((int) Math.ceil(share * sorted.size()) - 1);
    }

    private String url(String slug) {
        return hub.url() + "/" + hub.owner() + "/" + slug;
    }

    /** A repository of {@link #shape} that nobody has pushed, with {@code slug} of the hub as its remote. */
    Path source(String slug, String branch) throws IOException {
        Path root = children.directory().resolve("source" + seeds.get());
        NewRepository files = NewRepository.create(root, branch);
        files.remote("origin", url(slug));
        HistoryGenerator author = new HistoryGenerator(shape.seeded(seeds.getAndIncrement()));
        while (author.unfinished()) {
            commit(files, author);
        }
        return root;
    }

    private static void commit(NewRepository files, HistoryGenerator author) {
        HistoryGenerator.GeneratedCommit edit = author.next();
        files.commit(edit.message(), edit.time(), edit.files());
    }

    private void pushSmall(List<Double> times) {
        commit(small, smallAuthor);
        long start = System.nanoTime();
        push(children.directory().resolve("small"));
        times.add((System.nanoTime() - start) / 1e6);
    }

    private void push(Path source) {
        try {
            children.run(source, Map.of("MUSE_TOKEN", hub.token(), "HOME", children.directory().toString()), LIMIT,
                    ChildProcesses.musehub("push", "--json")).checked("a push of " + source.getFileName());
        } catch (IOException | RuntimeException e) {
            failures.add(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
