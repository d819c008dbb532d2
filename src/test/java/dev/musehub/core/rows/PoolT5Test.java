package dev.musehub.core.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.model.Problem;
import dev.musehub.postgres.OpenPool;
import dev.musehub.testing.FaultProxy;
import dev.musehub.testing.FaultProxy.Fault;
import dev.musehub.testing.FaultProxy.Kind;
import dev.musehub.testing.TestDatabase;
import java.io.IOException;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lines to the database: probed when silent, bounded when slow, given up when dead. */
@Tag("T5")
class PoolT5Test {

    @ParameterizedTest
    @CsvSource({"tcp_keepalives_idle, 30", "tcp_keepalives_interval, 10", "tcp_keepalives_count, 3",
        "statement_timeout, 1min", "idle_in_transaction_session_timeout, 1min", "application_name, musehub"})
    void everySessionHasItsBounds(String setting, String value) throws SQLException {
        try (Pool pool = TestDatabase.pool(TestDatabase.freshUrl()); Connection c = pool.acquire("test");
                Statement s = c.createStatement(); ResultSet r = s.executeQuery("show " + setting)) {
            r.next();
            assertEquals(value, r.getString(1));
        }
    }

    @Test
    void aStatementThatTakesTooLongIsToldAsSuch() throws SQLException {
        try (Pool pool = TestDatabase.pool(TestDatabase.freshUrl()); Connection c = pool.acquire("test");
                Statement s = c.createStatement()) {
            s.execute("set statement_timeout = 50");
            Problem late = SqlProblems.of(assertThrows(SQLException.class, () -> s.execute("select pg_sleep(10)")));
            assertEquals(Problem.Code.DATABASE_UNAVAILABLE, late.code());
            assertTrue(late.getMessage().contains("took longer than the 60 s"), late.getMessage());
        }
    }

    @Test
    void ourEndProbesASilentLineAfterThirtySeconds() throws IOException {
        try (Socket socket = new OpenPool.KeepAliveSockets().createSocket()) {
            assertTrue(socket.getOption(StandardSocketOptions.SO_KEEPALIVE));
            assertEquals(30, socket.getOption(ExtendedSocketOptions.TCP_KEEPIDLE));
            assertEquals(10, socket.getOption(ExtendedSocketOptions.TCP_KEEPINTERVAL));
            assertEquals(3, socket.getOption(ExtendedSocketOptions.TCP_KEEPCOUNT));
        }
    }

    /** A server that accepts and then says nothing, as behind a firewall that drops: the login ends by itself. */
    @Test
    void aLoginThatIsNeverAnsweredEnds() throws Exception {
        String url = TestDatabase.freshUrl();
        String port = url.replaceFirst("^jdbc:postgresql://[^:]*:([0-9]+)/.*$", "$1");
        try (FaultProxy line = new FaultProxy(Integer.parseInt(port));
                Pool pool = TestDatabase.pool(url.replace(":" + port + "/", ":" + line.port() + "/"))) {
            // The pool may have more connections open than it gave out, so only a new one gets the fault.
            line.armForNewConnections(new Fault(Kind.STALL, false, 1));
            List<Connection> held = new ArrayList<>();
            Problem busy = null;
            for (int tries = 0; tries < 8 && line.applied() == 0; tries++) {
                try {
                    held.add(pool.acquire("test"));
                } catch (Problem e) {
                    busy = e;
                }
            }
            assertEquals(1, line.applied());
            assertTrue(busy == null || busy.code() == Problem.Code.BUSY);
            try (Connection next = pool.acquire("test")) {
                assertTrue(next.isValid(1));
            }
            for (Connection connection : held) {
                connection.close();
            }
        }
    }
}
