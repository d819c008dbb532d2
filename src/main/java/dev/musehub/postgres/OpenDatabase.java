package dev.musehub.postgres;

import dev.musehub.core.rows.Migrations;
import dev.musehub.core.rows.Pool;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * The database of a hub, for an operator's command: the one named by a URL; that of a running hub; or the embedded one,
 * started for as long as the command runs.
 */
public final class OpenDatabase implements AutoCloseable {

    private static final int CONNECTIONS = 8;

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final Pool pool;
    private final boolean alone;

    private OpenDatabase(Path data, Optional<String> url) throws IOException, SQLException {
        try {
            Optional<DataDirectory> directory = DataDirectory.tryOpen(data);
            directory.ifPresent(opened::push);
            alone = directory.isPresent();
            if (url.isPresent()) {
                pool = opened(Pool.open(url.get(), "", "", CONNECTIONS));
            } else if (alone) {
                EmbeddedPostgres postgres = opened(EmbeddedPostgres.start(directory.get().path().resolve("postgres")));
                pool = opened(Pool.open(postgres.jdbcUrl(), postgres.user(), postgres.password(), CONNECTIONS));
            } else {
                EmbeddedPostgres running = running(data);
                pool = opened(Pool.open(running.jdbcUrl(), running.user(), running.password(), CONNECTIONS));
            }
            Migrations.apply(pool);
        } catch (IOException | SQLException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Opens the database of the hub whose data directory is {@code data}.
     *
     * @throws IOException where it cannot be started or reached
     */
    public static OpenDatabase of(Path data, Optional<String> url) throws IOException, SQLException {
        return new OpenDatabase(data, url);
    }

    private static EmbeddedPostgres running(Path data) throws IOException {
        try {
            return EmbeddedPostgres.running(data.toRealPath().resolve("postgres"));
        } catch (NoSuchFileException e) {
            throw new IOException("the hub on " + data + " has only just been started; try again when it is ready", e);
        }
    }

    private <T extends AutoCloseable> T opened(T part) {
        opened.push(part);
        return part;
    }

    public Pool pool() {
        return pool;
    }

    /** Whether no hub is running on the data directory. */
    public boolean alone() {
        return alone;
    }

    @Override
    public void close() throws IOException {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
    }
}
