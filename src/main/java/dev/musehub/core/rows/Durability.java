package dev.musehub.core.rows;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * When a committed transaction must be safe from a crash of the database. The database writes its log in order, so one
 * commit that waits for the disk makes all earlier ones safe. Of all transactions of a push only the last one waits.
 */
public final class Durability {

    private Durability() {
    }

    /** The transaction that {@code c} is in need not be safe before the next one that waits. */
    public static void later(Connection c) throws SQLException {
        Sql.of(c, "set local synchronous_commit = off").update();
    }

    /** Returns when everything that was committed so far is safe. */
    public static void now(Pool pool) throws SQLException {
        try (Connection c = pool.acquire("durable")) {
            // A commit waits only where its transaction has written something. This writes to the log and nowhere else.
            Sql.of(c, "select pg_logical_emit_message(true, 'musehub', '')").one(r -> r.getString(1));
        }
    }
}
