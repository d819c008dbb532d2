package dev.musehub.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.logging.Logger;

/**
 * The hub's own PostgreSQL: started with the hub, stopped by {@link #close}, listening on 127.0.0.1 only.
 *
 * <p>One directory contains the unpacked programs ({@code bin-18.6.0}), the cluster ({@code data}), its password and
 * its log. The caller must be the only user of that directory (see {@link DataDirectory}): a PostgreSQL that already
 * runs on it is the orphan of a killed hub, and is stopped.
 *
 * <p>A PostgreSQL that dies by itself, for example because the system ran out of memory, is started again on the same
 * port, so that the pool finds it there.
 *
 * <p>There is no shutdown hook: the hub closes this after its last request.
 */
public final class EmbeddedPostgres implements AutoCloseable {
    static final String DATABASE = "musehub";
    /** With less room PostgreSQL can write nothing. */
    private static final long LEAST_ROOM = 64 << 10;

    private static final int PORT_ATTEMPTS = 10;
    private static final Duration ORPHAN_WAIT = Duration.ofSeconds(10);
    private static final String PORT_TAKEN = "could not bind";
    private static final String BACKENDS_STILL_RUNNING = "is still in use";
    private static final String NO_SUCH_DATABASE = "3D000";
    private static final Duration BETWEEN_REVIVALS = Duration.ofSeconds(5);
    private static final Logger LOG = Logger.getLogger(EmbeddedPostgres.class.getName());

    private final PostgresPrograms programs;
    private final PostgresCluster cluster;
    private final int port;
    private boolean closed;

    private EmbeddedPostgres(PostgresPrograms programs, PostgresCluster cluster, int port) {
        this.programs = programs;
        this.cluster = cluster;
        this.port = port;
    }

    /** Finds a TCP port on 127.0.0.1 that is probably free; another process may take it at any moment. */
    interface Ports {
        int next() throws IOException;
    }

    /** Starts the cluster in {@code dir}, with the programs unpacked there too. Creates it if it does not exist. */
    public static EmbeddedPostgres start(Path dir) throws IOException {
        return start(dir, dir);
    }

    /**
     * Like {@link #start(Path)}, with the programs unpacked in {@code binaries}, which several clusters may share.
     *
     * @throws IOException when PostgreSQL cannot be unpacked, created or started; the message has the end of its log
     */
    public static EmbeddedPostgres start(Path dir, Path binaries) throws IOException {
        try {
            return start(dir, binaries, EmbeddedPostgres::freePort);
        } catch (IOException e) {
            // PostgreSQL cannot write that into its log where the disk is really full.
            Path root = dir.toRealPath();
            if (String.valueOf(e.getMessage()).contains("No space left on device")
                    || Files.getFileStore(root).getUsableSpace() < LEAST_ROOM) {
                throw new IOException("the disk of " + root + " is full; make room and start again, nothing is lost: "
                        + e.getMessage(), e);
            }
            throw e;
        }
    }

    static EmbeddedPostgres start(Path dir, Path binaries, Ports ports) throws IOException {
        PostgresPrograms programs = PostgresBinaries.unpackedIn(binaries);
        PostgresCluster cluster = PostgresCluster.openOrCreate(dir, programs);
        if (Postmaster.survivorOf(cluster.data())) {
            stop(programs, cluster);
        }
        EmbeddedPostgres postgres = new EmbeddedPostgres(programs, cluster, launch(programs, cluster, ports));
        try {
            postgres.createDatabaseIfAbsent();
            postgres.watch();
        } catch (SQLException e) {
            postgres.close();
            throw new IOException("PostgreSQL in " + cluster.root() + " started but refuses our connection: "
                    + e.getMessage() + cluster.endOfLog(), e);
        }
        return postgres;
    }

    /**
     * The cluster in {@code dir} that a running hub has started. Do not close it.
     *
     * @throws IOException where none is running
     */
    static EmbeddedPostgres running(Path dir) throws IOException {
        PostgresCluster cluster = PostgresCluster.existing(dir);
        return new EmbeddedPostgres(null, cluster, Postmaster.portOf(cluster.data()));
    }

    /** The URL of the hub's database, without user and password. */
    public String jdbcUrl() {
        return urlOf(DATABASE);
    }

    public String user() {
        return PostgresCluster.USER;
    }

    public String password() {
        return cluster.password();
    }

    public int port() {
        return port;
    }

    /** Stops PostgreSQL, which rolls open transactions back, and waits for its end. Idempotent. */
    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
        try {
            if (Postmaster.survivorOf(cluster.data())) {
                stop(programs, cluster);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** No longer looks after PostgreSQL, like a hub that was killed; for tests. */
    synchronized void forget() {
        closed = true;
    }

    private void watch() throws IOException {
        Postmaster.processOf(cluster.data()).onExit()
                .thenRunAsync(this::revive, task -> Thread.ofVirtual().name("postgres-watch").start(task));
    }

    /** Starts a PostgreSQL again that died by itself. Waits between attempts, until {@link #close}. */
    private synchronized void revive() {
        while (!closed) {
            LOG.warning("PostgreSQL has died; the hub starts it again");
            try {
                launch(programs, cluster, () -> port);
                watch();
                return;
            } catch (IOException e) {
                LOG.warning(e.getMessage());
            }
            try {
                wait(BETWEEN_REVIVALS.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Returns the port on which PostgreSQL now accepts connections. */
    private static int launch(PostgresPrograms programs, PostgresCluster cluster, Ports ports) throws IOException {
        long deadline = System.nanoTime() + ORPHAN_WAIT.toNanos();
        for (int attempt = 1; ; attempt++) {
            int port = ports.next();
            cluster.configure(port);
            // pg_ctl starts PostgreSQL in a session of its own, so that a Ctrl-C for the hub does not reach it before
            // the hub has drained. It looks every 0.1 s, and gives up early when the process dies. The 300 s are for
            // the recovery after a crash.
            PostgresPrograms.ProgramResult outcome = programs.run("pg_ctl", "start", "-s", "-w", "-t", "300",
                    "-D", cluster.data().toString(), "-l", cluster.log().toString());
            if (outcome.succeeded()) {
                return port;
            }
            String log = cluster.endOfLog();
            boolean portTaken = log.contains(PORT_TAKEN) && attempt < PORT_ATTEMPTS;
            // After a kill -9 of the postmaster its children need a moment to end; until then PostgreSQL refuses to
            // start.
            boolean childrenRemain = log.contains(BACKENDS_STILL_RUNNING) && System.nanoTime() < deadline;
            if (childrenRemain) {
                pause(Duration.ofMillis(50));
            } else if (!portTaken) {
                throw new IOException("PostgreSQL does not start in " + cluster.root() + ": " + outcome.output() + log);
            }
        }
    }

    private static void stop(PostgresPrograms programs, PostgresCluster cluster) throws IOException {
        PostgresPrograms.ProgramResult outcome = programs.run("pg_ctl", "stop", "-s", "-m", "fast", "-w", "-t", "60",
                "-D", cluster.data().toString());
        // It may have ended by itself between our check and the signal: then pg_ctl fails, and all is well.
        if (!outcome.succeeded() && Postmaster.survivorOf(cluster.data())) {
            throw new IOException("PostgreSQL in " + cluster.root() + " does not stop: " + outcome.output()
                    + "; stop the process named in " + cluster.data().resolve("postmaster.pid") + " (kill -INT)"
                    + cluster.endOfLog());
        }
    }

    private void createDatabaseIfAbsent() throws SQLException {
        try {
            connect(DATABASE).close();
            return;
        } catch (SQLException e) {
            if (!NO_SUCH_DATABASE.equals(e.getSQLState())) {
                throw e;
            }
        }
        try (Connection c = connect("postgres"); var statement = c.createStatement()) {
            statement.execute("create database " + DATABASE);
        }
    }

    private Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(urlOf(database), user(), password());
    }

    private String urlOf(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            return socket.getLocalPort();
        }
    }

    private static void pause(Duration time) throws IOException {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while PostgreSQL was starting", e);
        }
    }
}
