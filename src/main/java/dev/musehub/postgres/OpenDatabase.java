package dev.musehub.postgres;

import dev.musehub.core.model.Problem;
import dev.musehub.core.rows.Pool;
import java.io.IOException;
import java.nio.file.Files;
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

    /** What PostgreSQL writes into the cluster of a hub that was started. */
    private static final Path CLUSTER = Path.of("postgres/data/PG_VERSION");

    private final Opened opened = new Opened();
    private final Path data;
    private final boolean alone;
    private final Pool pool;

    private OpenDatabase(Path data, Optional<DataDirectory> lock, Optional<String> url, Optional<Path> binaries,
            int connections, boolean create) throws IOException, SQLException {
        try {
            lock.ifPresent(opened::add);
            this.data = data.toRealPath();
            this.alone = lock.isPresent();
            this.pool = opened.add(url.isPresent() ? OpenPool.open(DatabaseUrl.jdbc(url.get()), "", "", connections)
                    : embedded(this.data.resolve("postgres"), binaries, connections));
            if (!create) {
                requireSchema();
            }
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
        return new OpenDatabase(data, Optional.of(DataDirectory.open(data)), url, binaries, connections, true);
    }

    /**
     * Opens both for an operator's command on a hub that exists: a command in a wrong directory must not make an empty
     * hub there, and report that all is well. A hub may be running: then the database is that of the running hub.
     *
     * @throws Problem {@code no-repository} where there is no hub; nothing has been created then
     * @throws IOException where the database cannot be started or reached
     */
    public static OpenDatabase forCommand(Path data, Optional<String> url) throws IOException, SQLException {
        if (Files.notExists(data.resolve(url.isPresent() ? DataDirectory.LOCK : CLUSTER))) {
            throw new Problem(Problem.Code.NO_REPOSITORY, "no hub in " + shown(data)
                    + "; name it with --data or MUSEHUB_DATA");
        }
        return new OpenDatabase(data, DataDirectory.tryOpen(data), url, Optional.empty(), CONNECTIONS_OF_A_COMMAND,
                false);
    }

    /**
     * Opens both for a command that makes a hub. It creates what is missing.
     *
     * @throws IOException where the database cannot be started or reached
     */
    public static OpenDatabase forRestore(Path data, Optional<String> url) throws IOException, SQLException {
        return new OpenDatabase(data, DataDirectory.tryOpen(data), url, Optional.empty(), CONNECTIONS_OF_A_COMMAND,
                true);
    }

    private static String shown(Path data) {
        return data.isAbsolute() || data.startsWith("..") ? data.toString() : "./" + data.normalize();
    }

    /** A database that a URL names may be another than the hub's. Only a hub's has a schema. */
    private void requireSchema() throws SQLException {
        if (!Migrations.begun(pool)) {
            throw new Problem(Problem.Code.NO_REPOSITORY, "no hub in this database; check --database-url or"
                    + " DATABASE_URL");
        }
    }

    private Pool embedded(Path directory, Optional<Path> binaries, int connections) throws IOException {
        EmbeddedPostgres postgres = alone ? opened.add(EmbeddedPostgres.start(directory, binaries.orElse(directory)))
                : running(directory);
        return OpenPool.open(postgres.jdbcUrl(), postgres.user(), postgres.password(), connections);
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
