package dev.musehub.http;

import dev.musehub.cli.Command;
import dev.musehub.cli.ExitCode;
import dev.musehub.model.Problem;
import dev.musehub.store.S3Options;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.apache.commons.cli.CommandLine;

/** {@code musehub serve}: runs a hub until it is told to stop. */
public final class ServeCommand extends Command {

    public ServeCommand() {
        option("data", "DIR", "Where the hub keeps everything (MUSEHUB_DATA, default: data).");
        option("port", "N", "Port to listen on, 0 for any free one (MUSEHUB_PORT, default: 1337).");
        option("bind", "ADDRESS", "Address to listen on (MUSEHUB_BIND, default: 127.0.0.1).");
        option("database-url", "URL", "JDBC URL of a PostgreSQL 15 or later (DATABASE_URL, default: one of its own).");
        option("connections", "N", "Database connections, at most 60 (MUSEHUB_CONNECTIONS, default: 20).");
    }

    @Override
    protected String usage() {
        return "serve";
    }

    @Override
    public String purpose() {
        return "Run a hub.";
    }

    @Override
    protected int run(CommandLine line) throws Exception {
        long start = System.nanoTime();
        arguments(line, 0, 0);
        HubOptions options = options(line);
        CountDownLatch stopped = new CountDownLatch(1);
        CountDownLatch stop = new CountDownLatch(1);
        try (Hub hub = Hub.start(options, System.out)) {
            greet(hub, options, Duration.ofNanos(System.nanoTime() - start));
            // Ctrl-C and TERM: the hook only asks, and waits until the hub has drained and stopped its database.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                stop.countDown();
                awaitQuietly(stopped);
            }));
            stop.await();
            System.out.println("stopping: running requests may end, new ones are refused");
        } finally {
            System.out.flush();
            stopped.countDown();
        }
        return ExitCode.OK;
    }

    private static HubOptions options(CommandLine line) {
        HubOptions defaults = HubOptions.of(Path.of(setting(line, "data", "MUSEHUB_DATA").orElse("data")));
        return new HubOptions(defaults.data(),
                setting(line, "bind", "MUSEHUB_BIND").orElse(defaults.bind()),
                number(line, "port", "MUSEHUB_PORT", defaults.port(), 0, 65535),
                setting(line, "database-url", "DATABASE_URL"),
                defaults.binaries(),
                S3Options.of(System.getenv()),
                number(line, "connections", "MUSEHUB_CONNECTIONS", defaults.connections(), 2, 60),
                environment("MUSEHUB_BOOTSTRAP_USER").orElse(defaults.bootstrapUser()),
                environment("MUSEHUB_BOOTSTRAP_TOKEN"),
                defaults.limits(), Rates.of(System.getenv()), defaults.heartbeat(), defaults.idleRead(), defaults.drain(),
                defaults.operation());
    }

    /** Flag before environment. */
    private static Optional<String> setting(CommandLine line, String option, String variable) {
        return Optional.ofNullable(line.getOptionValue(option)).or(() -> environment(variable));
    }

    private static Optional<String> environment(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(s -> !s.isBlank());
    }

    private static int number(CommandLine line, String option, String variable, int otherwise, int least, int most) {
        String text = setting(line, option, variable).orElse(Integer.toString(otherwise));
        try {
            int n = Integer.parseInt(text);
            if (n >= least && n <= most) {
                return n;
            }
        } catch (NumberFormatException e) {
            // Told below, as any other number out of range.
        }
        throw new Problem(Problem.Code.BAD_REQUEST, "--" + option + " must be a number from " + least + " to " + most
                + ", not '" + text + "'");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** How the user called us, in a form that still works after a {@code cd}. */
    private static String command() {
        String command = System.getProperty("musehub.command", "musehub");
        return command.contains("/") ? Path.of(command).toAbsolutePath().normalize().toString() : command;
    }

    private static void greet(Hub hub, HubOptions options, Duration took) {
        String url = hub.url();
        System.out.printf("musehub ready at %s after %.1f s, data in %s%n", url, took.toMillis() / 1000.0,
                options.data().toAbsolutePath().normalize());
        if (hub.firstToken().isPresent()) {
            // A token that the operator chose is known already, and does not belong into a log.
            String token = options.bootstrapToken().isPresent()
                    ? "\"$MUSEHUB_BOOTSTRAP_TOKEN\"" : hub.firstToken().get();
            System.out.printf("""

                    Your first push, from a Muse repository (this token is shown only once):

                        %1$s login %2$s --token %4$s
                        cd YOUR-REPOSITORY
                        %1$s remote add origin %2$s/%3$s/NAME
                        %1$s push -u origin
                        %1$s clone %2$s/%3$s/NAME ../NAME-clone

                    """, command(), url, options.bootstrapUser(), token);
        }
        System.out.flush();
    }
}
