package dev.musehub.server;

import dev.musehub.core.wire.Limits;
import dev.musehub.s3.S3Options;
import dev.musehub.server.access.RateLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How a hub is set up.
 *
 * @param data the directory of everything it keeps
 * @param port 0 for any free one
 * @param database a JDBC URL; empty for the embedded PostgreSQL
 * @param binaries where the programs of the embedded PostgreSQL are unpacked; empty for below {@code data}
 * @param s3 the bucket that keeps the objects; empty for files below {@code data}
 * @param bootstrapUser the owner that the first start creates
 * @param bootstrapToken its token; empty for a random one
 * @param rates what one address or account may take of it
 * @param heartbeat silence after which a running push sends a P frame
 * @param idleRead how long a request may go on without sending anything of its body
 * @param drain how long running requests may go on after a stop
 * @param operation how it is run
 */
public record HubOptions(Path data, String bind, int port, Optional<String> database,
        Optional<Path> binaries, Optional<S3Options> s3, int connections, String bootstrapUser, Optional<String> bootstrapToken,
        Limits limits, RateLimits rates, Duration heartbeat, Duration idleRead, Duration drain,
        OperationOptions operation) {

    /** The defaults of {@code musehub serve}. */
    public static HubOptions of(Path data) {
        return new HubOptions(data, "127.0.0.1", 1337, Optional.empty(), Optional.empty(), Optional.empty(), 20, "dev",
                Optional.empty(), Limits.DEFAULT, RateLimits.DEFAULT, Duration.ofSeconds(5), Duration.ofSeconds(60),
                Duration.ofSeconds(30), OperationOptions.DEFAULT);
    }
}
