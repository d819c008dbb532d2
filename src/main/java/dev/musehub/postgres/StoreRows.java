package dev.musehub.postgres;

import dev.musehub.core.rows.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;

/** What a database knows of the store of its objects. */
public final class StoreRows {

    private StoreRows() {
    }

    /** The id of the store that has the objects; empty before the first start of a hub. */
    public static Optional<UUID> storeId(Connection c) throws SQLException {
        return Sql.of(c, "select id from store").one(r -> Optional.ofNullable(r.getObject(1, UUID.class)));
    }

    /** Notes the id of the store. */
    public static void storeId(Connection c, UUID id) throws SQLException {
        Sql.of(c, "update store set id = ?").with(id).update();
    }

    /** Lets nobody else change the row of the store until the transaction ends. */
    public static void lockStore(Connection c) throws SQLException {
        Sql.of(c, "select from store for update").each(_ -> { });
    }
}
