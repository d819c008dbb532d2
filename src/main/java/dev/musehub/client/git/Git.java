package dev.musehub.client.git;

import dev.musehub.core.model.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Starts the system's {@code git}. Arguments go to it as they are, never through a shell, and whoever passes on a name
 * from outside puts it where git takes no option.
 */
final class Git {

    /** What a clone may use: neither {@code ext::}, which runs commands, nor what another transport leads to. */
    private static final String PROTOCOLS = "http:https:ssh:file";

    private Git() {
    }

    /** A git that reads one repository and never the net, whatever that repository's configuration says. */
    static ProcessBuilder local(List<String> arguments) {
        return command(arguments, Map.of("GIT_ALLOW_PROTOCOL", "none", "GIT_NO_LAZY_FETCH", "1"));
    }

    /** A git that clones. */
    static ProcessBuilder remote(List<String> arguments) {
        return command(arguments, Map.of("GIT_ALLOW_PROTOCOL", PROTOCOLS));
    }

    private static ProcessBuilder command(List<String> arguments, Map<String, String> environment) {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        // A git hook that starts us has these set, and they would lead elsewhere.
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

    /** What a short command prints; {@code otherwise} is the refusal where it fails. */
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
