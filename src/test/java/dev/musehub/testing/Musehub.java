package dev.musehub.testing;

import dev.musehub.postgres.ThrowawayPostgres;
import dev.musehub.smoke.ChildProcesses;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The program as a user runs it: a process of its own. */
public final class Musehub {

    /** What a command left behind; standard output and error together. */
    public record Ended(int exitCode, String output) { }

    private Musehub() {
    }

    /** Runs a command in {@code directory} to its end. */
    public static Ended run(Path directory, String token, String... arguments) throws IOException, InterruptedException {
        Process process = start(directory, Map.of("MUSE_TOKEN", token), arguments);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), output);
    }

    /** Starts a command. */
    public static Process start(Path directory, Map<String, String> environment, String... arguments)
            throws IOException {
        int data = List.of(arguments).indexOf("--data");
        if (data >= 0 && !environment.containsKey("DATABASE_URL")) {
            ThrowawayPostgres.lend(TestDatabase.BINARIES, directory.resolve(arguments[data + 1]).resolve("postgres"));
        }
        List<String> command = ChildProcesses.java(List.of("-XX:TieredStopAtLevel=1"), arguments);
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** A hub in a process of its own. */
    public static final class Serving implements AutoCloseable {
        private final Process process;
        private final String url;
        private final StringBuilder output = new StringBuilder();

        /** Starts a hub on {@code data} with owner {@code dev} and token {@link TestHub#TOKEN}; ready on return. */
        public Serving(Path data, Path directory) throws IOException {
            this(data, directory, Map.of());
        }

        /** As above, with more in its environment. */
        public Serving(Path data, Path directory, Map<String, String> more) throws IOException {
            Map<String, String> environment = new HashMap<>(more);
            environment.put("MUSEHUB_BOOTSTRAP_TOKEN", TestHub.TOKEN);
            process = start(directory, environment, "serve", "--port", "0", "--data", data.toString());
            BufferedReader lines = new BufferedReader(
                    new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            String found = null;
            for (String line = lines.readLine(); line != null && found == null; line = lines.readLine()) {
                output.append(line).append('\n');
                if (line.startsWith("musehub ready at ")) {
                    found = line.split(" ")[3];
                    break;
                }
            }
            if (found == null) {
                throw new IOException("the hub did not start:\n" + output);
            }
            url = found;
            Thread.ofVirtual().start(() -> drain(lines));
        }

        private static void drain(BufferedReader lines) {
            try (lines) {
                while (lines.readLine() != null) {
                    // Only read, so that the hub can go on writing.
                }
            } catch (IOException e) {
                // The hub has ended.
            }
        }

        public String repository(String slug) {
            return url + "/dev/" + slug;
        }

        public Process process() {
            return process;
        }

        /** Ends it as {@code kill -9} does. */
        public void kill() throws InterruptedException {
            process.destroyForcibly().waitFor();
        }

        /** Ends it as TERM does. */
        @Override
        public void close() {
            process.destroy();
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
