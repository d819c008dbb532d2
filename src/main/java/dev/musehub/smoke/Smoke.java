package dev.musehub.smoke;

import dev.musehub.client.muse.NewRepository;
import dev.musehub.client.muse.RepositoryCheck;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.files.FileTrees;
import dev.musehub.json.JsonValues;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Tests a hub with one workload at a time: generates it, pushes it, pushes again, clones it, and compares. */
public final class Smoke {

    /** The most time of a single step. */
    static final Duration STEP = Duration.ofMinutes(10);
    private static final String REMOTE = "origin";

    private final ChildProcesses children;
    private final String owner;
    private final Map<String, String> environment;

    /**
     * The result for one workload, with times in seconds.
     *
     * @param phases the phases of the push at the hub, in milliseconds
     */
    public record SmokeReport(Workload shape, long bytes, double generate, double push, double again, double cloned,
            long pushSent, long cloneReceived, double longestHoldMillis, Map<String, Double> phases) { }

    /**
     * Tests a hub.
     *
     * @param owner the address of an owner there, such as {@code http://host/name}
     * @param environment the variables for the processes of the client, such as the token
     */
    public Smoke(ChildProcesses children, String owner, Map<String, String> environment) {
        this.children = children;
        this.owner = owner;
        this.environment = environment;
    }

    /**
     * Runs one workload in a new repository called {@code slug}.
     *
     * @throws Problem if a step fails
     */
    public SmokeReport run(Workload shape, String slug) throws IOException, InterruptedException {
        Path source = children.directory().resolve(slug);
        Path copy = children.directory().resolve(slug + "-clone");
        String url = owner + "/" + slug;
        try {
            requireSpace(shape);
            long start = System.nanoTime();
            Sha256 head = generate(shape, source, url);
            double generated = (System.nanoTime() - start) / 1e9;
            ChildProcesses.EndedProcess push = musehub(source, "push", "--json", REMOTE);
            Value.Dict pushed = json(push, "the push");
            ChildProcesses.EndedProcess again = musehub(source, "push", "--json", REMOTE);
            require(json(again, "the second push").bool("up_to_date", false), "the second push found something to"
                    + " send");
            ChildProcesses.EndedProcess clone = musehub(children.directory(), "clone", "--json", url, copy.toString());
            Value.Dict fetched = json(clone, "the clone");
            RepositoryCheck whole = RepositoryCheck.of(copy);
            require(whole.head().equals(head) && whole.commits() == shape.commits()
                    && whole.objects() == shape.objects(), "the clone differs from what was pushed: " + whole);
            return new SmokeReport(shape, whole.bytes(), generated, push.seconds(), again.seconds(), clone.seconds(),
                    pushed.integer("sent", 0), fetched.integer("received", 0), real(pushed, "longest_hold_ms"),
                    phases(pushed));
        } finally {
            FileTrees.delete(copy);
            FileTrees.delete(source);
        }
    }

    /** The original, the clone, and the objects of the hub, which may be on this disk too. */
    private void requireSpace(Workload shape) throws IOException {
        long needed = 3 * shape.bytes() + (512L << 20);
        long free = Files.getFileStore(children.directory()).getUsableSpace();
        require(free >= needed, "this size needs " + needed / 1_000_000 + " MB of disk, and " + children.directory()
                + " has "
                + free / 1_000_000 + " MB; choose another place with --dir");
    }

    private static Sha256 generate(Workload shape, Path root, String url) throws IOException, InterruptedException {
        NewRepository repository = NewRepository.create(root, "main");
        repository.remote(REMOTE, url);
        HistoryGenerator author = new HistoryGenerator(shape);
        Sha256 head = null;
        while (author.unfinished()) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            HistoryGenerator.GeneratedCommit edit = author.next();
            head = repository.commit(edit.message(), edit.time(), edit.files());
        }
        return head;
    }

    /** Deletes the branch of a run at the hub. The collection of the hub frees the objects later. */
    public void forget(String slug) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory(children.directory(), "forget");
        NewRepository.create(directory, "main").remote(REMOTE, owner + "/" + slug);
        musehub(directory, "push", "--delete", REMOTE, "main");
    }

    private ChildProcesses.EndedProcess musehub(Path where, String... arguments)
            throws IOException, InterruptedException {
        return children.run(where, environment, STEP, ChildProcesses.musehub(arguments));
    }

    private static Value.Dict json(ChildProcesses.EndedProcess ended, String what) {
        return JsonValues.decode(ended.checked(what).getBytes(StandardCharsets.UTF_8)).asDict(what);
    }

    private static Map<String, Double> phases(Value.Dict pushed) {
        Map<String, Double> phases = new TreeMap<>();
        Value.Dict timing = pushed.dict("timing");
        timing.entries().keySet().forEach(phase -> phases.put(phase, real(timing, phase)));
        return phases;
    }

    /** A number, which may be an integer. */
    public static double real(Value.Dict dict, String key) {
        return switch (dict.get(key).orElse(Value.NULL)) {
            case Value.Real r -> r.value();
            case Value.Int i -> i.value();
            default -> 0;
        };
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new Problem(Problem.Code.INTERNAL, otherwise);
        }
    }
}
