package dev.musehub.smoke;

import dev.musehub.core.model.Problem;
import dev.musehub.files.FileTrees;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The processes of one run and the directory that they work in. {@code close} ends the processes that still run and
 * deletes the directory. Safe for several threads.
 */
public final class ChildProcesses implements AutoCloseable {

    private static final Duration END_TIME = Duration.ofSeconds(40);
    /** Variables that would make a child use another repository, hub, store or database. */
    private static final List<String> FOREIGN = List.of("MUSEHUB_", "MUSE_REPO_ROOT", "DATABASE_URL", "GIT_");

    /** The result of a process, and its time from start to end. */
    public record EndedProcess(int exitCode, String output, String errors, Duration wall) {

        /** The output; {@code what} names the process if it failed. */
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

    /** Makes a new directory inside {@code parent}. */
    public static ChildProcesses in(Path parent, String name) throws IOException {
        return new ChildProcesses(Files.createTempDirectory(parent, name + "-").toAbsolutePath());
    }

    public Path directory() {
        return directory;
    }

    /** A command line of musehub: with its launcher, as a user calls it, or with Java if the launcher is unknown. */
    public static List<String> musehub(String... arguments) {
        return musehub(List.of(), arguments);
    }

    /** As above, with options for Java. The launcher ignores them; it takes options from its environment. */
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
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(part -> Path.of(part).toAbsolutePath().toString()).collect(Collectors.joining(File.pathSeparator));
    }

    /** Prepares a process, in an environment without {@link #FOREIGN} variables. */
    public ProcessBuilder builder(Path where, Map<String, String> environment, List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(where.toFile());
        Map<String, String> variables = builder.environment();
        variables.keySet().removeIf(name -> !name.equals("MUSEHUB_JAVA")
                && FOREIGN.stream().anyMatch(name::startsWith));
        variables.putAll(environment);
        return builder;
    }

    /** Starts a process. {@link #close} ends it if it still runs. */
    public Process start(ProcessBuilder builder) throws IOException {
        Process process = builder.start();
        running.add(process);
        process.onExit().thenAccept(running::remove);
        return process;
    }

    /**
     * Runs a command in {@code where} to its end.
     *
     * @throws Problem {@code internal} if it does not end within {@code limit}
     */
    public EndedProcess run(Path where, Map<String, String> environment, Duration limit, List<String> command)
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
            return new EndedProcess(process.exitValue(), Files.readString(output), Files.readString(errors), wall);
        } catch (InterruptedException e) {
            running.forEach(ChildProcesses::end);
            throw e;
        } finally {
            Files.deleteIfExists(output);
            Files.deleteIfExists(errors);
        }
    }

    /** Asks a process to end, and kills it if it does not. */
    static void end(Process process) {
        process.destroy();
        boolean interrupted = Thread.interrupted();
        try {
            if (!process.waitFor(END_TIME.toMillis(), TimeUnit.MILLISECONDS)) {
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

    @Override
    public void close() throws IOException {
        running.forEach(ChildProcesses::end);
        FileTrees.delete(directory);
    }
}
