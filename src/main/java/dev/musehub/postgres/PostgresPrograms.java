package dev.musehub.postgres;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs PostgreSQL's programs in {@code home/bin} and waits for their end.
 *
 * <p>PostgreSQL refuses to run as uid 0. As root, programs therefore run in a user namespace of their own
 * ({@code unshare -U}), where they see themselves as "nobody" and have no capabilities, while the kernel still takes
 * them for the owner of root's files. This needs no second account and no change of ownership.
 */
record PostgresPrograms(Path home) {
    private static final boolean ROOT = new UnixSystem().getUid() == 0;
    private static final String UNSHARE = "unshare";
    private static final String ALTERNATIVES = "run the hub as an ordinary user, or give --database-url to use a "
            + "PostgreSQL of your own";

    /** The exit status of a program, and what it wrote to both its outputs. */
    record ProgramResult(int status, String output) {
        boolean succeeded() {
            return status == 0;
        }
    }

    /** Runs {@code program} and waits for its end. An exit status other than 0 is a result, not an exception. */
    ProgramResult run(String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        if (ROOT) {
            command.addAll(List.of(UNSHARE, "-U"));
        }
        command.add(home.resolve("bin", program).toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile()).redirectErrorStream(true);
        // PGPORT, PGOPTIONS and locales of the user must not change our PostgreSQL.
        builder.environment().keySet().removeIf(name -> name.startsWith("PG") || name.startsWith("LC_"));
        builder.environment().put("LC_ALL", "C");

        ProgramResult outcome = finish(start(builder), program);
        if (ROOT && !outcome.succeeded() && outcome.output().startsWith(UNSHARE + ":")) {
            throw new IOException("PostgreSQL refuses to run as root, and this system does not let root start it in "
                    + "a user namespace (" + outcome.output() + "); " + ALTERNATIVES);
        }
        return outcome;
    }

    private Process start(ProcessBuilder builder) throws IOException {
        try {
            return builder.start();
        } catch (IOException e) {
            String reason = ROOT
                    ? "PostgreSQL refuses to run as root, and the program \"unshare\", which gets round that, "
                            + "does not run here"
                    : "the PostgreSQL in " + home + " does not run on this system";
            throw new IOException(reason + " (" + e.getMessage() + "); " + ALTERNATIVES, e);
        }
    }

    private static ProgramResult finish(Process process, String program) throws IOException {
        process.getOutputStream().close();
        try (InputStream said = process.getInputStream()) {
            String output = new String(said.readAllBytes(), StandardCharsets.UTF_8);
            return new ProgramResult(process.waitFor(), output.strip());
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for " + program, e);
        }
    }
}
