package dev.musehub.testing;

import dev.musehub.core.rows.Migrations;
import dev.musehub.core.rows.Pool;
import dev.musehub.postgres.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** One embedded PostgreSQL for the whole test run, and a database of its own for whoever asks. */
public final class TestDatabase {

    public static final Path BINARIES = Path.of("target", "postgres-binaries");

    private static final AtomicInteger NEXT = new AtomicInteger();
    private static EmbeddedPostgres postgres;

    private TestDatabase() {
    }

    private static synchronized EmbeddedPostgres postgres() {
        if (postgres == null) {
            try {
                Path dir = Files.createTempDirectory(Files.createDirectories(Path.of("target", "test-postgres")), "pg");
                postgres = EmbeddedPostgres.start(dir, BINARIES);
                Runtime.getRuntime().addShutdownHook(new Thread(() -> end(dir)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return postgres;
    }

    /** Ends it and deletes its files: a hundred databases are a hundred megabytes, and each run makes new ones. */
    private static void end(Path dir) {
        postgres.close();
        try (Stream<Path> files = Files.walk(dir)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException | UncheckedIOException e) {
            // It lies in target, which make clean deletes.
        }
    }

    /** The JDBC URL of a new, empty database, with user and password in it. */
    public static String freshUrl() {
        String name = "t" + NEXT.incrementAndGet();
        EmbeddedPostgres pg = postgres();
        try (Connection c = DriverManager.getConnection(pg.jdbcUrl(), pg.user(), pg.password());
                Statement s = c.createStatement()) {
            s.execute("create database " + name);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return pg.jdbcUrl().replaceAll("/musehub$", "/" + name) + "?user=" + pg.user() + "&password=" + pg.password();
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
        EmbeddedPostgres pg = postgres();
        try (Connection c = DriverManager.getConnection(pg.jdbcUrl(), pg.user(), pg.password());
                Statement s = c.createStatement()) {
            s.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A pool on a database, with the current schema. */
    public static Pool pool(String url) {
        Pool pool = Pool.open(url, "", "", 10);
        try {
            Migrations.apply(pool);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return pool;
    }
}
