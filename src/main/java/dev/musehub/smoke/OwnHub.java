package dev.musehub.smoke;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A hub in a process of its own, with a small heap, so that the figures are those of a hub alone. */
public final class OwnHub implements AutoCloseable {

    private static final String READY = "musehub ready at ";
    /** A collection, such as {@code Pause Young (Normal) (G1 Evacuation Pause) 24M->5M(256M) 2.5ms}. */
    private static final Pattern COLLECTION = Pattern.compile(" ([0-9]+)M->[0-9]+M\\([0-9]+M\\)");

    private final Process process;
    private final Path directory;
    private final String token = UUID.randomUUID().toString();
    private final String url;

    /** Starts a hub with a heap of at most {@code heap}, such as {@code 256m}, and its data in {@code directory}. */
    public OwnHub(ChildProcesses children, Path directory, String heap) throws IOException {
        this(children, directory, heap, Map.of());
    }

    /** As above, with more settings, by their variables. */
    public OwnHub(ChildProcesses children, Path directory, String heap, Map<String, String> settings)
            throws IOException {
        this.directory = Files.createDirectories(directory);
        // The name of the log is relative, because the launcher splits options at spaces.
        List<String> options = List.of("-Xmx" + heap, "-Xlog:gc:file=gc.log");
        Map<String, String> environment = new HashMap<>(settings);
        environment.put("MUSEHUB_BOOTSTRAP_TOKEN", token);
        environment.put("MUSEHUB_JAVA_OPTS", String.join(" ", options));
        process = children.start(children.builder(directory, environment,
                ChildProcesses.musehub(options, "serve", "--port", "0", "--data", "data")).redirectErrorStream(true));
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        StringBuilder said = new StringBuilder();
        String line = lines.readLine();
        for (; line != null && !line.startsWith(READY); line = lines.readLine()) {
            said.append(line).append('\n');
        }
        if (line == null) {
            throw new IOException("the hub did not start: " + said);
        }
        url = line.substring(READY.length()).split(" ", 2)[0];
        // Somebody must read the output, or the pipe would fill and the hub would block.
        Thread.ofVirtual().name("hub log").start(() -> keep(lines));
    }

    private void keep(BufferedReader lines) {
        try (lines; PrintWriter log = new PrintWriter(Files.newBufferedWriter(directory.resolve("hub.log")), true)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                log.println(line);
            }
        } catch (IOException e) {
            // The hub has ended, or its directory is deleted.
        }
    }

    public String url() {
        return url;
    }

    /** The user whose {@link #token} it is. */
    public String owner() {
        return "dev";
    }

    public String token() {
        return token;
    }

    public Path data() {
        return directory.resolve("data");
    }

    public Path log() {
        return directory.resolve("hub.log");
    }

    public long pid() {
        return process.pid();
    }

    /** The largest heap before a garbage collection, in megabytes; empty if there was no collection. */
    public OptionalDouble peakHeap() throws IOException {
        Path log = directory.resolve("gc.log");
        if (!Files.exists(log)) {
            return OptionalDouble.empty();
        }
        return Files.readAllLines(log).stream().map(COLLECTION::matcher).filter(Matcher::find)
                .mapToDouble(found -> Double.parseDouble(found.group(1))).max();
    }

    @Override
    public void close() {
        ChildProcesses.end(process);
    }
}
