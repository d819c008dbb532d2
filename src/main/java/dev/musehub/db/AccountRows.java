package dev.musehub.db;

import dev.musehub.model.Sha256;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/** Users and their tokens. */
public final class AccountRows {

    /** What a token may do; each includes those before it. */
    public enum Scope { READ, WRITE, ADMIN }

    /** The holder of a valid token. */
    public record Account(long userId, String name, Scope scope) { }

    private AccountRows() {
    }

    /** Whether there is any user yet. */
    public static boolean any(Connection c) throws SQLException {
        try (PreparedStatement s = c.prepareStatement("select exists (select from users)");
                ResultSet r = s.executeQuery()) {
            r.next();
            return r.getBoolean(1);
        }
    }

    /** The id of the user {@code name}, created if absent. */
    public static long ensureUser(Connection c, String name) throws SQLException {
        String sql = """
                insert into users (name) values (?)
                on conflict (name) do update set name = excluded.name
                returning id
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setString(1, name);
            try (ResultSet r = s.executeQuery()) {
                r.next();
                return r.getLong(1);
            }
        }
    }

    /** Adds a token of which only the hash is kept; a second time it changes nothing. */
    public static void addToken(Connection c, long userId, String name, Sha256 hash, Scope scope) throws SQLException {
        String sql = """
                insert into tokens (user_id, name, hash, scope) values (?, ?, ?, ?)
                on conflict (hash) do nothing
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, userId);
            s.setString(2, name);
            s.setBytes(3, hash.bytes());
            s.setString(4, scope.name().toLowerCase(java.util.Locale.ROOT));
            s.executeUpdate();
        }
    }

    /** The account of a token's hash; empty where the token is unknown, expired, or its user disabled. */
    public static Optional<Account> byToken(Connection c, Sha256 hash) throws SQLException {
        String sql = """
                select t.hash, u.id, u.name, t.scope
                from tokens t join users u on u.id = t.user_id
                where t.hash = ? and u.disabled_at is null and (t.expires_at is null or t.expires_at > now())
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setBytes(1, hash.bytes());
            try (ResultSet r = s.executeQuery()) {
                // The index found it by comparing hashes of the secret, which tells nothing about the secret itself;
                // the comparison that decides takes the same time for every hash.
                if (!r.next() || !MessageDigest.isEqual(r.getBytes(1), hash.bytes())) {
                    return Optional.empty();
                }
                return Optional.of(new Account(r.getLong(2), r.getString(3),
                        Scope.valueOf(r.getString(4).toUpperCase(java.util.Locale.ROOT))));
            }
        }
    }
}
