package dev.musehub.postgres;

import dev.musehub.core.model.Problem;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.Sql;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Brings a database to the schema of this program: the files of {@code sql/} in order, forward only. */
public final class Migrations {

    /** The files, by version. A released file is never changed: the next change of the schema is the next file. */
    static final List<String> FILES = List.of("001_schema.sql");

    /** Any constant will do; two hubs that start at once must agree on it. */
    private static final long LOCK = 0x6d757365_687562L;

    private Migrations() {
    }

    /**
     * Applies what is missing, under an advisory lock.
     *
     * @throws Problem {@code conflict} where the database is newer than this program
     */
    public static void apply(Pool pool) throws SQLException {
        try (Connection c = pool.acquire("migrate")) {
            c.setAutoCommit(false);
            try (Statement s = c.createStatement()) {
                s.execute("select pg_advisory_xact_lock(" + LOCK + ")");
                s.execute("create table if not exists schema_version (version int not null primary key,"
                        + " applied_at timestamptz not null default now())");
            }
            int present = version(c);
            if (present > FILES.size()) {
                throw new Problem(Problem.Code.CONFLICT, "the database has schema " + present + ", this program knows "
                        + FILES.size() + "; start a newer musehub");
            }
            for (int next = present + 1; next <= FILES.size(); next++) {
                try (Statement s = c.createStatement()) {
                    s.execute(read(FILES.get(next - 1)));
                }
                Sql.of(c, "insert into schema_version (version) values (?)").with(next).update();
            }
            c.commit();
        }
    }

    /** Whether a hub has ever used the database. */
    public static boolean begun(Pool pool) throws SQLException {
        try (Connection c = pool.acquire("begun")) {
            return Sql.of(c, "select to_regclass('schema_version') is not null").one(r -> r.getBoolean(1));
        }
    }

    private static int version(Connection c) throws SQLException {
        return Sql.of(c, "select coalesce(max(version), 0) from schema_version").one(r -> r.getInt(1));
    }

    private static String read(String file) {
        try (InputStream in = Migrations.class.getResourceAsStream("/sql/" + file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("sql/" + file + " is not in this build", e);
        }
    }
}
