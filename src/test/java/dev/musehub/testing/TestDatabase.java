package dev.musehub.testing;

import dev.musehub.core.rows.Pool;
import dev.musehub.postgres.EmbeddedPostgres;
import dev.musehub.postgres.Migrations;
import dev.musehub.postgres.OpenPool;
import dev.musehub.postgres.ThrowawayPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** One embedded PostgreSQL for each JVM of the tests, and a new database in it for each caller. */
public final class TestDatabase {

    public static final Path BINARIES = Path.of("target", "postgres-binaries");

    private static final Path CLUSTERS = Path.of("target", "test-postgres");

    /** Tests end before a power failure; benchmarks do not set this property, and pay for every sync. */
    private static final boolean DURABLE = !System.getProperty("musehub.test.fsync", "on").equals("off");

    private static final AtomicInteger NEXT = new AtomicInteger();
    private static final String TEMPLATE = "with_schema";
    private static EmbeddedPostgres postgres;

    private TestDatabase() {
    }

    private static synchronized EmbeddedPostgres postgres() {
        if (postgres == null) {
            try {
                postgres = ThrowawayPostgres.start(CLUSTERS, BINARIES);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            if (!DURABLE) {
                for (String setting : List.of("fsync", "full_page_writes", "synchronous_commit", "autovacuum")) {
                    execute("alter system set " + setting + " = off");
                }
                execute("select pg_reload_conf()");
            }
            execute("create database " + TEMPLATE);
            pool(url(TEMPLATE)).close();
        }
        return postgres;
    }

    /** The JDBC URL of a new database with the current schema and without rows; user and password are in it. */
    public static String freshUrl() {
        return create(" template " + TEMPLATE);
    }

    /** The JDBC URL of a new database without any table; user and password are in it. */
    public static String emptyUrl() {
        return create("");
    }

    private static String create(String from) {
        postgres();
        String name = "t" + NEXT.incrementAndGet();
        // To copy files syncs them; where nothing is synced, it takes half the time.
        execute("create database " + name + from + (DURABLE ? "" : " strategy file_copy"));
        return url(name);
    }

    private static String url(String database) {
        return postgres.jdbcUrl().replaceAll("/musehub$", "/" + database) + "?user=" + postgres.user() + "&password="
                + postgres.password();
    }

    /** Ends all sessions of a database, as a restart of PostgreSQL does; {@code url} as {@link #freshUrl} gave it. */
    public static void terminateConnections(String url) {
        execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + name(url) + "'");
    }

    /** Ends all sessions of a database and lets nobody in. */
    public static void close(String url) {
        execute("alter database " + name(url) + " allow_connections false");
        terminateConnections(url);
    }

    /** Undoes {@link #close}. */
    public static void reopen(String url) {
        execute("alter database " + name(url) + " allow_connections true");
    }

    private static String name(String url) {
        return url.replaceAll("^.*/", "").replaceAll("\\?.*$", "");
    }

    private static void execute(String sql) {
        try (Connection c = DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
                Statement s = c.createStatement()) {
            s.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A pool on a database, with the current schema. */
    public static Pool pool(String url) {
        Pool pool = OpenPool.open(url, "", "", 10);
        try {
            Migrations.apply(pool);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return pool;
    }
}
