package dev.musehub.http;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code musehub serve}: runs a hub until it is told to stop. */
@Command(name = "serve", description = "Run a hub.", mixinStandardHelpOptions = true)
public final class ServeCommand implements Callable<Integer> {

    @Option(names = "--data", paramLabel = "DIR", defaultValue = "${env:MUSEHUB_DATA:-data}",
            description = "Where the hub keeps everything (default: ${DEFAULT-VALUE}).")
    private Path data;

    @Option(names = "--port", defaultValue = "${env:MUSEHUB_PORT:-1337}",
            description = "Port to listen on, 0 for any (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--bind", paramLabel = "ADDRESS", defaultValue = "${env:MUSEHUB_BIND:-127.0.0.1}",
            description = "Address to listen on (default: ${DEFAULT-VALUE}).")
    private String bind;

    @Option(names = "--database-url", paramLabel = "URL", defaultValue = "${env:DATABASE_URL}",
            description = "JDBC URL of a PostgreSQL 15 or later; without it the hub runs one of its own.")
    private String database;

    @Option(names = "--connections", defaultValue = "${env:MUSEHUB_CONNECTIONS:-20}",
            description = "Database connections, at most 60 (default: ${DEFAULT-VALUE}).")
    private int connections;

    @Override
    public Integer call() throws Exception {
        long start = System.nanoTime();
        HubOptions defaults = HubOptions.of(data);
        HubOptions options = new HubOptions(data, bind, port, Optional.ofNullable(database).filter(s -> !s.isEmpty()),
                Optional.empty(), connections, environment("MUSEHUB_BOOTSTRAP_USER").orElse(defaults.bootstrapUser()),
                environment("MUSEHUB_BOOTSTRAP_TOKEN"), defaults.limits(), defaults.heartbeat(), defaults.drain());
        CountDownLatch stopped = new CountDownLatch(1);
        CountDownLatch stop = new CountDownLatch(1);
        try (Hub hub = Hub.start(options, System.out)) {
            greet(hub, Duration.ofNanos(System.nanoTime() - start));
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
        return 0;
    }

    private static Optional<String> environment(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(s -> !s.isBlank());
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void greet(Hub hub, Duration took) {
        String url = hub.url();
        System.out.printf("musehub ready at %s after %.1f s, data in %s%n", url, took.toMillis() / 1000.0,
                data.toAbsolutePath().normalize());
        if (hub.firstToken().isPresent()) {
            String user = environment("MUSEHUB_BOOTSTRAP_USER").orElse("dev");
            // A token that the operator chose is known already, and does not belong into a log.
            String token = environment("MUSEHUB_BOOTSTRAP_TOKEN").isPresent()
                    ? "$MUSEHUB_BOOTSTRAP_TOKEN" : hub.firstToken().get();
            String command = Optional.ofNullable(System.getProperty("musehub.command")).orElse("musehub");
            System.out.printf("""

                    Your first push, from a Muse repository (this token is shown only once):

                        %1$s login %2$s --token %4$s
                        cd YOUR-REPOSITORY
                        %1$s remote add origin %2$s/%3$s/NAME
                        %1$s push -u origin
                        %1$s clone %2$s/%3$s/NAME ../NAME-clone

                    """, command, url, user, token);
        }
        System.out.flush();
    }
}
