package dev.musehub.bench;

import dev.musehub.client.muse.NewRepository;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.json.JsonValues;
import dev.musehub.smoke.ChildProcesses;
import dev.musehub.smoke.HistoryGenerator;
import dev.musehub.smoke.OwnHub;
import dev.musehub.smoke.Workload;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Our half of the comparison: the client as its launcher starts it, and what the hub's log says of its requests. */
final class Muse {

    private static final Duration LIMIT = Duration.ofMinutes(10);

    private final ChildProcesses children;
    private final String javaOptions;

    /** Pushes of one commit in a round, of which the one in the middle counts. */
    static final int SMALL = 5;

    private static final Pattern BUSY = Pattern.compile("(?m)^musehub_jobs\\{state=\"(?:pending|running)\"} [1-9]");

    /** A source of pushes: all commits of a shape, and {@value #SMALL} more. */
    record Source(Path root, NewRepository files, Sha256 base, List<Sha256> next) { }

    /** What the client said of a command, and how long its process lived. */
    record Done(double seconds, Value.Dict answer) { }

    /** What the hub logged of one repository. */
    record Requests(int count, double milliseconds) { }

    /** With options of java besides the launcher's; blank for none. */
    Muse(ChildProcesses children, String javaOptions) {
        this.children = children;
        this.javaOptions = javaOptions;
    }

    /** The shortest command there is: the start of the program. */
    ChildProcesses.EndedProcess version() throws IOException, InterruptedException {
        return children.run(children.directory(), Map.of("MUSEHUB_JAVA_OPTS", javaOptions), LIMIT,
                ChildProcesses.musehub("--version"));
    }

    Source generate(Workload shape, Path root) throws IOException, InterruptedException {
        NewRepository files = NewRepository.create(root, "main");
        HistoryGenerator author = new HistoryGenerator(shape);
        Sha256 base = null;
        while (author.unfinished()) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            base = commit(files, author);
        }
        List<Sha256> next = new ArrayList<>();
        for (int i = 0; i < SMALL; i++) {
            next.add(commit(files, author));
        }
        files.move(base);
        return new Source(root, files, base, next);
    }

    private static Sha256 commit(NewRepository files, HistoryGenerator author) {
        HistoryGenerator.GeneratedCommit edit = author.next();
        return files.commit(edit.message(), edit.time(), edit.files());
    }

    Done push(OwnHub hub, Source source, String remote) throws IOException, InterruptedException {
        return run(hub, source.root(), "push", "--json", remote);
    }

    Done clone(OwnHub hub, String url, Path into, String... more) throws IOException, InterruptedException {
        String[] arguments = new String[more.length + 4];
        System.arraycopy(new String[] {"clone", "--json", url, into.toString()}, 0, arguments, 0, 4);
        System.arraycopy(more, 0, arguments, 4, more.length);
        return run(hub, children.directory(), arguments);
    }

    private Done run(OwnHub hub, Path where, String... arguments) throws IOException, InterruptedException {
        ChildProcesses.EndedProcess ended = children.run(where, Map.of("MUSE_TOKEN", hub.token(), "HOME",
                children.directory().toString(), "MUSEHUB_JAVA_OPTS", javaOptions), LIMIT,
                ChildProcesses.musehub(arguments));
        String output = ended.checked("musehub " + String.join(" ", arguments));
        return new Done(ended.seconds(), JsonValues.decode(output.getBytes(StandardCharsets.UTF_8)).asDict("answer"));
    }

    /** Waits until the hub has done what a push leaves to be done behind its back. */
    static void awaitIdle(OwnHub hub) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest metrics = HttpRequest.newBuilder(URI.create(hub.url() + "/metrics")).build();
            while (BUSY.matcher(http.send(metrics, HttpResponse.BodyHandlers.ofString()).body()).find()) {
                Thread.sleep(100);
            }
        }
    }

    /** The requests for repository {@code slug} behind the first {@code skipped} of them. */
    static Requests requests(OwnHub hub, String slug, int skipped) throws IOException, InterruptedException {
        String about = " /" + hub.owner() + "/" + slug + "/";
        // The hub writes its line after its answer, and we keep it a moment later.
        Thread.sleep(300);
        List<String> lines = Files.readAllLines(hub.log()).stream().filter(line -> line.contains(about)).skip(skipped)
                .toList();
        double ms = 0;
        for (String line : lines) {
            // TIME ID METHOD PATH STATUS 1.2ms ...
            ms += Double.parseDouble(line.split(" ")[5].replace("ms", ""));
        }
        return new Requests(lines.size(), ms);
    }

    /** Bytes of all files in a directory whose path contains {@code part}. */
    static long bytes(Path directory, String part) throws IOException {
        long bytes = 0;
        try (var files = Files.walk(directory)) {
            for (Path file : files.filter(f -> f.toString().contains(part) && Files.isRegularFile(f)).toList()) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }
}
