package dev.musehub.core.rows;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import dev.musehub.core.model.Problem;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * The connection pool. Every connection is acquired under the name of its use, and how long it was held is recorded.
 * The records show whether invariants I2 (no connection across storage I/O) and I3 (short transactions) hold.
 *
 * <p>The idiom, everywhere: {@code try (Connection c = pool.acquire("batch")) { c.setAutoCommit(false); ...;
 * c.commit(); }}. Closing without {@code commit()} rolls back.
 */
public final class Pool implements AutoCloseable {

    /** More connections than this only queue inside PostgreSQL. */
    public static final int MAX_CONNECTIONS = 60;

    /** How long a statement may take. */
    public static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(60);

    /** Nanoseconds of the current thread. Each request has a thread of its own, which ends with it. */
    private static final ThreadLocal<Long> HELD = ThreadLocal.withInitial(() -> 0L);

    private final HikariDataSource source;
    private final List<HoldTimes> watchers;
    private final Waits waits;

    /** How often and how long connections were waited for, since the start. */
    private record Waits(LongAdder count, LongAdder nanos, LongAdder inVain) { }

    public Pool(HikariDataSource source) {
        this(source, List.of(new HoldTimes()), new Waits(new LongAdder(), new LongAdder(), new LongAdder()));
    }

    private Pool(HikariDataSource source, List<HoldTimes> watchers, Waits waits) {
        this.source = source;
        this.watchers = watchers;
        this.waits = waits;
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
}
