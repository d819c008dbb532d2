package dev.musehub.bench;

import dev.musehub.core.model.Problem;
import dev.musehub.smoke.ChildProcesses;
import dev.musehub.smoke.HistoryGenerator;
import dev.musehub.smoke.Workload;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** git's half of the comparison: its client as anybody runs it, with no configuration but its own defaults. */
final class Git {

    /** Nothing of the user's or the machine's configuration, and no questions. */
    static final Map<String, String> ENVIRONMENT = Map.of("GIT_CONFIG_NOSYSTEM", "1", "GIT_TERMINAL_PROMPT", "0");

    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final ChildProcesses children;
    private final Map<String, String> environment;

    Git(ChildProcesses children) {
        this.children = children;
        this.environment = new java.util.HashMap<>(ENVIRONMENT);
        environment.put("HOME", children.directory().toString());
    }

    /** Runs git in {@code where}; returns what it printed, once it has succeeded. */
    ChildProcesses.EndedProcess run(Path where, String... arguments) throws IOException, InterruptedException {
        java.util.List<String> command = new java.util.ArrayList<>(java.util.List.of("git"));
        command.addAll(java.util.List.of(arguments));
        ChildProcesses.EndedProcess ended = children.run(where, environment, LIMIT, command);
        ended.checked(String.join(" ", command));
        return ended;
    }

    /** Says what is missing here, if anything. */
    void require() throws InterruptedException {
        try {
            run(children.directory(), "http-backend", "--help-me-not");
        } catch (IOException e) {
            throw new Problem(Problem.Code.NOT_FOUND, "git is not installed; make compare needs it, with its"
                    + " http-backend"
                    + " (Debian: apt-get install git)");
        } catch (Problem e) {
            // It is there: outside of a web server it only complains.
            if (e.getMessage().contains("not a git command")) {
                throw new Problem(Problem.Code.NOT_FOUND, "this git has no http-backend; install the whole of git"
                        + " (Debian: apt-get install git)");
            }
        }
    }

    /** A bare repository with all commits of {@code shape} and one more; its branch {@code main} is at {@code base}. */
    Path generate(Workload shape, Path root) throws IOException, InterruptedException {
        run(children.directory(), "init", "-q", "--bare", "-b", "main", root.toString());
        run(root, "config", "gc.auto", "0");
        Process importer = children.start(children.builder(root, environment,
                java.util.List.of("git", "fast-import", "--quiet")).redirectError(ProcessBuilder.Redirect.INHERIT));
        try (OutputStream out = new BufferedOutputStream(importer.getOutputStream(), 1 << 20)) {
            HistoryGenerator author = new HistoryGenerator(shape);
            while (author.unfinished()) {
                write(out, author.next(), "main");
            }
            print(out, "reset refs/heads/next\nfrom refs/heads/main\n\n");
            write(out, author.next(), "next");
        }
        if (importer.waitFor() != 0) {
            throw new IOException("git fast-import failed");
        }
        return root;
    }

    private static void write(OutputStream out, HistoryGenerator.GeneratedCommit edit, String branch)
            throws IOException {
        byte[] message = edit.message().getBytes(StandardCharsets.UTF_8);
        print(out, "commit refs/heads/" + branch + "\ncommitter A U Thor <a@example.org> " + edit.seconds()
                + " +0000\ndata " + message.length + "\n" + edit.message() + "\n");
        for (Map.Entry<String, byte[]> file : edit.files().entrySet()) {
            print(out, "M 100644 inline " + file.getKey() + "\ndata " + file.getValue().length + "\n");
            out.write(file.getValue());
            out.write('\n');
        }
        out.write('\n');
    }

    private static void print(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The same as {@code packed}, with each object in a file of its own, as they are after committing. */
    Path loosen(Path packed, Path root) throws IOException, InterruptedException {
        run(children.directory(), "init", "-q", "--bare", "-b", "main", root.toString());
        run(root, "config", "gc.auto", "0");
        try (var packs = Files.newDirectoryStream(packed.resolve("objects/pack"), "*.pack")) {
            for (Path pack : packs) {
                children.run(root, environment, LIMIT, java.util.List.of("sh", "-c",
                        "exec git unpack-objects -q < \"$0\"", pack.toString())).checked("git unpack-objects");
            }
        }
        for (String branch : new String[] {"main", "next"}) {
            String head = run(packed, "rev-parse", branch).output().strip();
            run(root, "update-ref", "refs/heads/" + branch, head);
        }
        return root;
    }

    /** A fresh repository for pushes, as a server keeps it. */
    Path remote(Path root) throws IOException, InterruptedException {
        run(children.directory(), "init", "-q", "--bare", "-b", "main", root.toString());
        run(root, "config", "http.receivepack", "true");
        return root;
    }
}
