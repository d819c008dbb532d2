package dev.musehub.accounts;

import dev.musehub.core.rows.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** Quotas of users and of single repositories, in raw bytes of objects. Only operators set them. */
public final class QuotaRows {

    private QuotaRows() {
    }

    /** The id of a user, or of one repository of it; empty where there is none. */
    public static Optional<Long> id(Connection c, String owner, Optional<String> slug) throws SQLException {
        return slug.isEmpty() ? AccountRows.id(c, owner) : Sql.of(c, """
                select r.id from repositories r join users u on u.id = r.owner_id where u.name = ? and r.slug = ?
                """).with(owner, slug.get()).first(r -> r.getLong(1));
    }

    /** The quota of a user or a repository; empty for no limit. */
    public static Optional<Long> quota(Connection c, boolean ofUser, long id) throws SQLException {
        return Sql.of(c, "select quota_bytes from " + table(ofUser) + " where id = ?").with(id)
                .one(r -> Optional.ofNullable(r.getObject(1, Long.class)));
    }

    /** Sets the quota of a user or a repository; empty for no limit. */
    public static void set(Connection c, boolean ofUser, long id, Optional<Long> bytes) throws SQLException {
        Sql.of(c, "update " + table(ofUser) + " set quota_bytes = ? where id = ?").with(bytes, id).update();
    }

    private static String table(boolean ofUser) {
        return ofUser ? "users" : "repositories";
    }
}
