package dev.musehub.core.rows;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * When a committed transaction must be safe from a crash of the database. Its log is written in order, so one commit that
 * waits for the disk makes all before it safe: of the many transactions of a push only the last one has to wait.
 */
public final class Durability {

    private Durability() {
    }

    /** The transaction that {@code c} is in need not be safe before the next one that waits. */
    public static void later(Connection c) throws SQLException {
        try (Statement s = c.createStatement()) {
            s.execute("set local synchronous_commit = off");
        }
    }

    /** Returns when everything that was committed so far is safe. */
    public static void now(Pool pool) throws SQLException {
        try (Connection c = pool.acquire("durable"); Statement s = c.createStatement()) {
            // A commit waits only where its transaction has written something: this goes into the log, and nowhere else.
            s.execute("select pg_logical_emit_message(true, 'musehub', '')");
        }
    }
}
