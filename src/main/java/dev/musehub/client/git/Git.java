package dev.musehub.client.git;

import dev.musehub.core.model.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Starts the {@code git} of the system. Arguments never go through a shell. A caller that passes on a name from outside
 * must put it where git accepts no options.
 */
final class Git {

    /** The protocols that a clone may use. {@code ext::} is not among them, because it runs commands. */
    private static final String PROTOCOLS = "http:https:ssh:file";

    private Git() {
    }

    /** A git that reads one repository and never uses the network, even if the configuration of the repository asks. */
    static ProcessBuilder local(List<String> arguments) {
        return command(arguments, Map.of("GIT_ALLOW_PROTOCOL", "none", "GIT_NO_LAZY_FETCH", "1"));
    }

    /** A git that may clone over the network. */
    static ProcessBuilder remote(List<String> arguments) {
        return command(arguments, Map.of("GIT_ALLOW_PROTOCOL", PROTOCOLS));
    }

    private static ProcessBuilder command(List<String> arguments, Map<String, String> environment) {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        // If a git hook starts this process, these are set and name another repository.
        List.of("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE")
                .forEach(builder.environment()::remove);
        builder.environment().putAll(environment);
        builder.environment().put("LC_ALL", "C.UTF-8");
        return builder;
    }

    static Process start(ProcessBuilder builder) {
        try {
            return builder.start();
        } catch (IOException e) {
            throw new Problem(Problem.Code.BAD_REQUEST, "git cannot be started (" + e.getMessage()
                    + "); install it, or correct PATH", e);
        }
    }

    /** What a short command prints; if the command fails, {@code otherwise} is the message of the refusal. */
    static String output(ProcessBuilder builder, String otherwise) throws IOException {
        Process process = start(builder);
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (ended(process) != 0) {
            throw new Problem(Problem.Code.BAD_REQUEST, otherwise);
        }
        return text;
    }

    static int ended(Process process) throws IOException {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while git was running", e);
        }
    }
}
