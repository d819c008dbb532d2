package dev.musehub.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.musehub.core.model.Problem;
import dev.musehub.core.rows.Pool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.SocketFactory;
import jdk.net.ExtendedSocketOptions;

/** Opens a pool, with the timeouts that keep a silent server or network from holding up the hub. */
public final class OpenPool {

    /** The JDK forgets the level of a logger that nobody refers to, so this field refers to it. */
    private static final Logger LOG = Logger.getLogger("com.zaxxer.hikari");

    static {
        LOG.setLevel(Level.WARNING);
    }

    private static final int ACQUIRE_TIMEOUT_MILLIS = 10_000;

    private static final int LOGIN_SECONDS = 5;

    /** How often a start tries to log in where no answer comes: a busy machine takes longer than one login may. */
    private static final int FIRST_ATTEMPTS = 6;

    /** Silence after which a connection is given up: longer than any statement may take. */
    private static final int ANSWER_SECONDS = 75;

    private OpenPool() {
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
        config.setMaximumPoolSize(Math.min(size, Pool.MAX_CONNECTIONS));
        config.setMinimumIdle(1);
        config.setConnectionTimeout(ACQUIRE_TIMEOUT_MILLIS);
        config.addDataSourceProperty("ApplicationName", "musehub");
        config.addDataSourceProperty("tcpKeepAlive", "true");
        // A peer may go silent without closing. In the login that would block the one thread that opens connections.
        config.addDataSourceProperty("loginTimeout", Integer.toString(LOGIN_SECONDS));
        config.addDataSourceProperty("socketTimeout", Integer.toString(ANSWER_SECONDS));
        config.addDataSourceProperty("socketFactory", KeepAliveSockets.class.getName());
        config.addDataSourceProperty("options", "-c statement_timeout=" + Pool.STATEMENT_TIMEOUT.toSeconds() + "s"
                + " -c idle_in_transaction_session_timeout=60s"
                + " -c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3");
        return new Pool(connected(config));
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
