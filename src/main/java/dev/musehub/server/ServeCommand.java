package dev.musehub.server;

import dev.musehub.cli.ExitCode;
import dev.musehub.settings.Setting;
import dev.musehub.settings.Settings;
import dev.musehub.settings.SettingsCommand;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import org.apache.commons.cli.CommandLine;

/** {@code musehub serve}: runs a hub until it gets a signal to stop. */
public final class ServeCommand extends SettingsCommand {

    public ServeCommand() {
        super("serve", "Run a hub.", List.of(Setting.values()));
    }

    @Override
    protected int run(CommandLine line) throws Exception {
        long start = System.nanoTime();
        arguments(line, 0, 0);
        HubOptions options = HubOptions.of(settings(line));
        HubLog log = new HubLog(System.out, options.operation().log());
        Settings.strange(System.getenv()).forEach(sentence -> log.say("WARNING: " + sentence));
        CountDownLatch stopped = new CountDownLatch(1);
        CountDownLatch stop = new CountDownLatch(1);
        try (Hub hub = Hub.start(options, System.out)) {
            greet(hub, options, log, Duration.ofNanos(System.nanoTime() - start));
            // Ctrl-C and TERM start this hook. It waits until the hub has drained and stopped its database.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                stop.countDown();
                awaitQuietly(stopped);
            }));
            stop.await();
            log.say("stopping: running requests may end, new ones are refused");
        } finally {
            System.out.flush();
            stopped.countDown();
        }
        return ExitCode.OK;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The command as the user typed it, in a form that still works after a {@code cd}. */
    private static String command() {
        String command = System.getProperty("musehub.command", "musehub");
        return command.contains("/") ? Path.of(command).toAbsolutePath().normalize().toString() : command;
    }

    private static void greet(Hub hub, HubOptions options, HubLog log, Duration took) {
        String url = hub.url();
        log.say(String.format(Locale.ROOT, "musehub ready at %s after %.1f s, data in %s", url,
                took.toMillis() / 1000.0, options.data().toAbsolutePath().normalize()));
        if (hub.firstToken().isPresent()) {
            greetFirst(hub.firstToken().get(), options, log, url);
        } else if (!hub.isTokenUsed() && options.bootstrapToken().isEmpty()) {
            log.say("no token of this hub was ever used; this makes one: " + command() + " token add "
                    + options.bootstrapUser() + " --scope admin --data "
                    + options.data().toAbsolutePath().normalize());
        }
        System.out.flush();
    }

    private static void greetFirst(String firstToken, HubOptions options, HubLog log, String url) {
        // The operator knows a token that the settings gave; it does not belong into a log.
        String token = options.bootstrapToken().isPresent() ? "\"$MUSEHUB_BOOTSTRAP_TOKEN\"" : firstToken;
        String address = options.operation().trust().publicUrl().map(URI::toString).orElse(url);
        if (options.operation().log() == HubLog.Form.JSON) {
            log.firstToken(options.bootstrapUser(), token, command() + " login " + address + " --token " + token);
            return;
        }
        System.out.printf("""

                Your first push, from a Muse repository (this token is shown only once):

                    %1$s login %2$s --token %4$s
                    cd YOUR-REPOSITORY
                    %1$s remote add origin %2$s/%3$s/NAME
                    %1$s push -u origin
                    %1$s clone %2$s/%3$s/NAME ../NAME-clone

                '%1$s import-git PATH-OR-URL' makes a Muse repository of a git repository.
                To look at it, open %2$s and sign in with this token.

                """, command(), address, options.bootstrapUser(), token);
    }
}
