package dev.musehub.core.rows;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import dev.musehub.core.model.Problem;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.SocketFactory;
import jdk.net.ExtendedSocketOptions;

/**
 * The connection pool. Every connection is acquired under the name of its use, and how long it was held is recorded.
 * The records show whether invariants I2 (no connection across storage I/O) and I3 (short transactions) hold.
 *
 * <p>The idiom, everywhere: {@code try (Connection c = pool.acquire("batch")) { c.setAutoCommit(false); ...;
 * c.commit(); }}. Closing without {@code commit()} rolls back.
 */
public final class Pool implements AutoCloseable {

    /** The JDK forgets the level of a logger that nobody refers to, so this field refers to it. */
    private static final Logger LOG = Logger.getLogger("com.zaxxer.hikari");

    static {
        LOG.setLevel(Level.WARNING);
    }

    /** More connections than this only queue inside PostgreSQL. */
    public static final int MAX_CONNECTIONS = 60;

    /** How long a statement may take. */
    static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(60);

    private static final int ACQUIRE_TIMEOUT_MILLIS = 10_000;

    private static final int LOGIN_SECONDS = 5;

    /** How often a start tries to log in where no answer comes: a busy machine takes longer than one login may. */
    private static final int FIRST_ATTEMPTS = 6;

    /** Silence after which a connection is given up: longer than any statement may take. */
    private static final int ANSWER_SECONDS = 75;

    /** Nanoseconds of the current thread. Each request has a thread of its own, which ends with it. */
    private static final ThreadLocal<Long> HELD = ThreadLocal.withInitial(() -> 0L);

    private final HikariDataSource source;
    private final List<HoldTimes> watchers;
    private final Waits waits;

    /** How often and how long connections were waited for, since the start. */
    private record Waits(LongAdder count, LongAdder nanos, LongAdder inVain) { }

    private Pool(HikariDataSource source, List<HoldTimes> watchers, Waits waits) {
        this.source = source;
        this.watchers = watchers;
        this.waits = waits;
    }

    /**
     * Opens a pool on {@code jdbcUrl}.
     *
     * @throws Problem {@code database-unavailable} where no connection can be made
     */
    public static Pool open(String jdbcUrl, String user, String password, int size) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("musehub");
        config.setJdbcUrl(jdbcUrl);
        if (!user.isEmpty()) {
            config.setUsername(user);
            config.setPassword(password);
        }
        config.setMaximumPoolSize(Math.min(size, MAX_CONNECTIONS));
        config.setMinimumIdle(1);
        config.setConnectionTimeout(ACQUIRE_TIMEOUT_MILLIS);
        config.addDataSourceProperty("ApplicationName", "musehub");
        config.addDataSourceProperty("tcpKeepAlive", "true");
        // A peer may go silent without closing. In the login that would block the one thread that opens connections.
        config.addDataSourceProperty("loginTimeout", Integer.toString(LOGIN_SECONDS));
        config.addDataSourceProperty("socketTimeout", Integer.toString(ANSWER_SECONDS));
        config.addDataSourceProperty("socketFactory", KeepAliveSockets.class.getName());
        config.addDataSourceProperty("options", "-c statement_timeout=" + STATEMENT_TIMEOUT.toSeconds() + "s"
                + " -c idle_in_transaction_session_timeout=60s"
                + " -c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3");
        return new Pool(connected(config), List.of(new HoldTimes()),
                new Waits(new LongAdder(), new LongAdder(), new LongAdder()));
    }

    /** The first connection. A server that is slow to answer is asked again; one that refuses is not. */
    private static HikariDataSource connected(HikariConfig config) {
        for (int attempt = 1; ; attempt++) {
            long asked = System.nanoTime();
            try {
                return new HikariDataSource(config);
            } catch (RuntimeException e) {
                boolean slow = System.nanoTime() - asked >= LOGIN_SECONDS * 1_000_000_000L;
                if (!slow || attempt == FIRST_ATTEMPTS) {
                    throw new Problem(Problem.Code.DATABASE_UNAVAILABLE, "cannot connect to the database: "
                            + rootMessage(e) + "; check --database-url and that PostgreSQL runs", e);
                }
            }
        }
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage();
    }

    /** This pool, recording each hold in {@code times} as well. */
    public Pool watchedBy(HoldTimes times) {
        return new Pool(source, List.of(watchers.getFirst(), times), waits);
    }

    /** How long the current thread has held connections, in nanoseconds. */
    public static long heldByThread() {
        return HELD.get();
    }

    /** How long connections were held since the start. */
    public HoldTimes holds() {
        return watchers.getFirst();
    }

    /**
     * A connection in auto-commit mode, to be closed by the caller; {@code use} names what it is for.
     *
     * @throws Problem {@code busy} where all connections are in use for ten seconds
     */
    public Connection acquire(String use) throws SQLException {
        Connection connection;
        long asked = System.nanoTime();
        try {
            connection = source.getConnection();
        } catch (SQLTransientConnectionException e) {
            waits.inVain().increment();
            throw new Problem(Problem.Code.BUSY, "all database connections are in use or the database is away;"
                    + " try again in a few seconds", e);
        }
        long since = System.nanoTime();
        waits.count().increment();
        waits.nanos().add(since - asked);
        return (Connection) Proxy.newProxyInstance(Pool.class.getClassLoader(), new Class<?>[] {Connection.class},
                (_, method, args) -> {
                    try {
                        return method.invoke(connection, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    } finally {
                        if (method.getName().equals("close")) {
                            long nanos = System.nanoTime() - since;
                            HELD.set(HELD.get() + nanos);
                            watchers.forEach(w -> w.record(use, nanos));
                        }
                    }
                });
    }

    /** Connections in use now. */
    public int active() {
        return source.getHikariPoolMXBean().getActiveConnections();
    }

    /**
     * How much the pool is used.
     *
     * @param waiting requests that wait for a connection now
     * @param acquired connections given out since the start
     * @param waitedNanos for all of those together
     * @param inVain requests that got none in time
     */
    public record PoolUse(int size, int active, int idle, int waiting, long acquired, long waitedNanos, long inVain) { }

    public PoolUse use() {
        HikariPoolMXBean now = source.getHikariPoolMXBean();
        return new PoolUse(source.getMaximumPoolSize(), now.getActiveConnections(), now.getIdleConnections(),
                now.getThreadsAwaitingConnection(), waits.count().sum(), waits.nanos().sum(), waits.inVain().sum());
    }

    @Override
    public void close() {
        source.close();
    }

    /** Sockets that notice a dead peer: the first probe comes after 30 s of silence. */
    public static final class KeepAliveSockets extends SocketFactory {

        @Override
        public Socket createSocket() throws IOException {
            Socket socket = new Socket();
            socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            socket.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 30);
            socket.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 10);
            socket.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 3);
            return socket;
        }

        @Override
        public Socket createSocket(String host, int port) {
            throw new UnsupportedOperationException("the driver connects its sockets itself");
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress local, int localPort) {
            throw new UnsupportedOperationException("the driver connects its sockets itself");
        }

        @Override
        public Socket createSocket(InetAddress host, int port) {
            throw new UnsupportedOperationException("the driver connects its sockets itself");
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
            throw new UnsupportedOperationException("the driver connects its sockets itself");
        }
    }
}
