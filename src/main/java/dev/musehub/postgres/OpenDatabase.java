package dev.musehub.postgres;

import dev.musehub.core.rows.Migrations;
import dev.musehub.core.rows.Pool;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;

/**
 * A data directory and its database, with the schema of this musehub. The database is the one that a URL names; without
 * a URL it is the embedded PostgreSQL, which runs as long as this is open.
 */
public final class OpenDatabase implements AutoCloseable {

    private static final int CONNECTIONS_OF_A_COMMAND = 8;

    private final Opened opened = new Opened();
    private final Path data;
    private final boolean alone;
    private final Pool pool;

    private OpenDatabase(Path data, Optional<DataDirectory> lock, Optional<String> url, Optional<Path> binaries,
            int connections) throws IOException, SQLException {
        try {
            lock.ifPresent(opened::add);
            this.data = data.toRealPath();
            this.alone = lock.isPresent();
            this.pool = opened.add(url.isPresent() ? Pool.open(url.get(), "", "", connections)
                    : embedded(this.data.resolve("postgres"), binaries, connections));
            Migrations.apply(pool);
        } catch (IOException | SQLException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /**
     * Opens both for a hub, which needs the directory for itself.
     *
     * @param binaries where the programs of the embedded PostgreSQL are unpacked; empty for a place below {@code data}
     * @throws IOException where another hub uses the directory, or PostgreSQL does not start
     */
    public static OpenDatabase forHub(Path data, Optional<String> url, Optional<Path> binaries, int connections)
            throws IOException, SQLException {
        return new OpenDatabase(data, Optional.of(DataDirectory.open(data)), url, binaries, connections);
    }

    /**
     * Opens both for an operator's command. A hub may be running: then the database is that of the running hub.
     *
     * @throws IOException where the database cannot be started or reached
     */
    public static OpenDatabase forCommand(Path data, Optional<String> url) throws IOException, SQLException {
        return new OpenDatabase(data, DataDirectory.tryOpen(data), url, Optional.empty(), CONNECTIONS_OF_A_COMMAND);
    }

    private Pool embedded(Path directory, Optional<Path> binaries, int connections) throws IOException {
        EmbeddedPostgres postgres = alone ? opened.add(EmbeddedPostgres.start(directory, binaries.orElse(directory)))
                : running(directory);
        return Pool.open(postgres.jdbcUrl(), postgres.user(), postgres.password(), connections);
    }

    private static EmbeddedPostgres running(Path directory) throws IOException {
        try {
            return EmbeddedPostgres.running(directory);
        } catch (NoSuchFileException e) {
            throw new IOException("the hub on " + directory.getParent() + " has only just been started; try again when"
                    + " it is ready", e);
        }
    }

    /** The data directory, absolute and without symbolic links. */
    public Path data() {
        return data;
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
        opened.close();
    }
}
