package dev.musehub.smoke;

import dev.musehub.core.model.Problem;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The processes of one run, and the directory they work in. Each has a limit in time; closing ends those that are left,
 * and deletes the directory. Safe for several threads.
 */
public final class ChildProcesses implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(40);
    /** What would lead a child to another repository, hub, store or database than the one meant. */
    private static final List<String> FOREIGN = List.of("MUSEHUB_", "MUSE_REPO_ROOT", "DATABASE_URL", "GIT_");

    /** What a process left behind, and how long it took from its start to its end. */
    public record Ended(int exitCode, String output, String errors, Duration wall) {

        /** The output, if all went well. */
        public String checked(String what) {
            if (exitCode != 0) {
                throw new Problem(Problem.Code.INTERNAL, what + " failed with exit code " + exitCode + ": "
                        + (errors.isBlank() ? output : errors).strip());
            }
            return output;
        }

        public double seconds() {
            return wall.toNanos() / 1e9;
        }
    }

    private final Path directory;
    private final Set<Process> running = ConcurrentHashMap.newKeySet();

    private ChildProcesses(Path directory) {
        this.directory = directory;
    }

    /** With a fresh directory inside {@code parent}. */
    public static ChildProcesses in(Path parent, String name) throws IOException {
        return new ChildProcesses(Files.createTempDirectory(parent, name + "-").toAbsolutePath());
    }

    public Path directory() {
        return directory;
    }

    /** The command line of the program we are part of: by its launcher, as a user calls it, where that is known. */
    public static List<String> musehub(String... arguments) {
        return musehub(List.of(), arguments);
    }

    /** As above; {@code javaOptions} are for a start without the launcher, which takes them from its environment. */
    static List<String> musehub(List<String> javaOptions, String... arguments) {
        Path launcher = Path.of(System.getProperty("musehub.command", "none")).toAbsolutePath();
        if (!Files.isExecutable(launcher)) {
            return java(javaOptions, arguments);
        }
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** The command line of the program we are part of, without a launcher, which a build of the tests does not have. */
    public static List<String> java(List<String> javaOptions, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC", "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED", "-cp", absoluteClassPath()));
        command.addAll(javaOptions);
        command.add("dev.musehub.Main");
        command.addAll(List.of(arguments));
        return command;
    }

    private static String absoluteClassPath() {
        List<String> parts = new ArrayList<>();
        for (String part : System.getProperty("java.class.path").split(java.io.File.pathSeparator)) {
            parts.add(Path.of(part).toAbsolutePath().toString());
        }
        return String.join(java.io.File.pathSeparator, parts);
    }

    /** A process to be started, in an environment that leads it nowhere else. */
    public ProcessBuilder builder(Path where, Map<String, String> environment, List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(where.toFile());
        Map<String, String> variables = builder.environment();
        variables.keySet().removeIf(name -> !name.equals("MUSEHUB_JAVA")
                && FOREIGN.stream().anyMatch(name::startsWith));
        variables.putAll(environment);
        return builder;
    }

    /** Starts a process; it is ended at the latest with this. */
    public Process start(ProcessBuilder builder) throws IOException {
        Process process = builder.start();
        running.add(process);
        process.onExit().thenAccept(running::remove);
        return process;
    }

    /**
     * Runs a command in {@code where} to its end.
     *
     * @throws Problem {@code internal} where it does not end within {@code limit}
     */
    public Ended run(Path where, Map<String, String> environment, Duration limit, List<String> command)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile(directory, "out", "");
        Path errors = Files.createTempFile(directory, "err", "");
        try {
            ProcessBuilder builder = builder(where, environment, command).redirectOutput(output.toFile())
                    .redirectError(errors.toFile());
            long start = System.nanoTime();
            Process process = start(builder);
            boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            Duration wall = Duration.ofNanos(System.nanoTime() - start);
            if (!ended) {
                end(process);
                throw new Problem(Problem.Code.INTERNAL, "'" + String.join(" ", command) + "' did not end within "
                        + limit.toSeconds() + " s");
            }
            return new Ended(process.exitValue(), Files.readString(output), Files.readString(errors), wall);
        } catch (InterruptedException e) {
            running.forEach(ChildProcesses::end);
            throw e;
        } finally {
            Files.deleteIfExists(output);
            Files.deleteIfExists(errors);
        }
    }

    /** Asks a process to end, then insists. */
    static void end(Process process) {
        process.destroy();
        boolean interrupted = Thread.interrupted();
        try {
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Deletes a directory and all in it; one that is absent is fine. */
    public static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException e) throws IOException {
                Files.deleteIfExists(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Override
    public void close() throws IOException {
        running.forEach(ChildProcesses::end);
        delete(directory);
    }
}
