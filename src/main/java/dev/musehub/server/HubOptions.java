package dev.musehub.server;

import dev.musehub.core.wire.Limits;
import dev.musehub.s3.S3Options;
import dev.musehub.server.access.RateLimits;
import dev.musehub.settings.Setting;
import dev.musehub.settings.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How a hub is set up.
 *
 * @param data the directory of everything it keeps
 * @param port 0 for any free one
 * @param database a JDBC URL; empty for the embedded PostgreSQL
 * @param binaries where the programs of the embedded PostgreSQL are unpacked; empty for a place below {@code data}
 * @param s3 the bucket that keeps the objects; empty for files below {@code data}
 * @param bootstrapUser the owner that the first start creates
 * @param bootstrapToken the owner's token; empty for a random one
 * @param rates what one address or account may use
 * @param heartbeat a running push sends a P frame after this time without another frame
 * @param idleRead how long a client may send nothing of a request, or take nothing of an answer
 * @param drain how long running requests may go on after a stop
 * @param operation log, health, proxies and TLS
 */
public record HubOptions(Path data, String bind, int port, Optional<String> database, Optional<Path> binaries,
        Optional<S3Options> s3, int connections, String bootstrapUser, Optional<String> bootstrapToken, Limits limits,
        RateLimits rates, Duration heartbeat, Duration idleRead, Duration drain, OperationOptions operation) {

    private static final Duration HEARTBEAT = Duration.ofSeconds(5);
    private static final Duration IDLE_READ = Duration.ofSeconds(60);

    /**
     * The options of {@code musehub serve}.
     *
     * @throws dev.musehub.core.model.Problem {@code bad-request} where settings contradict each other
     */
    public static HubOptions of(Settings settings) {
        return new HubOptions(Path.of(settings.required(Setting.DATA)), settings.required(Setting.BIND),
                settings.number(Setting.PORT), settings.text(Setting.DATABASE_URL), Optional.empty(),
                S3Options.of(settings), settings.number(Setting.CONNECTIONS), settings.required(Setting.BOOTSTRAP_USER),
                settings.text(Setting.BOOTSTRAP_TOKEN), Limits.DEFAULT, RateLimits.of(settings), HEARTBEAT, IDLE_READ,
                Duration.ofSeconds(settings.number(Setting.DRAIN)), OperationOptions.of(settings));
    }
}
