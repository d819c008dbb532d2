package dev.musehub.accounts;

import dev.musehub.core.model.Account;
import dev.musehub.core.model.Sha256;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Users and their tokens. */
public final class AccountRows {

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

    /** A user as operators see it. */
    public record User(long id, String name, boolean operator, Instant created, Optional<Instant> disabled,
            long repositories, long tokens) { }

    /** Adds a user; empty where the name is taken. */
    public static Optional<Long> addUser(Connection c, String name, boolean operator) throws SQLException {
        String sql = "insert into users (name, operator) values (?, ?) on conflict (name) do nothing returning id";
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setString(1, name);
            s.setBoolean(2, operator);
            try (ResultSet r = s.executeQuery()) {
                return r.next() ? Optional.of(r.getLong(1)) : Optional.empty();
            }
        }
    }

    /** Makes a user an operator of this hub. */
    public static void makeOperator(Connection c, long userId) throws SQLException {
        try (PreparedStatement s = c.prepareStatement("update users set operator = true where id = ?")) {
            s.setLong(1, userId);
            s.executeUpdate();
        }
    }

    /** Whether a user runs this hub. */
    public static boolean isOperator(Connection c, long userId) throws SQLException {
        try (PreparedStatement s = c.prepareStatement("select operator from users where id = ?")) {
            s.setLong(1, userId);
            try (ResultSet r = s.executeQuery()) {
                return r.next() && r.getBoolean(1);
            }
        }
    }

    /** The id of the user {@code name}. */
    public static Optional<Long> id(Connection c, String name) throws SQLException {
        try (PreparedStatement s = c.prepareStatement("select id from users where name = ?")) {
            s.setString(1, name);
            try (ResultSet r = s.executeQuery()) {
                return r.next() ? Optional.of(r.getLong(1)) : Optional.empty();
            }
        }
    }

    /** Up to {@code most} users whose names come behind {@code after}. */
    public static List<User> users(Connection c, String after, int most) throws SQLException {
        String sql = """
                select u.id, u.name, u.operator, u.created_at, u.disabled_at,
                       (select count(*) from repositories r where r.owner_id = u.id),
                       (select count(*) from tokens t where t.user_id = u.id)
                from users u where u.name > ? order by u.name limit ?
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setString(1, after);
            s.setInt(2, most);
            List<User> users = new ArrayList<>();
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    users.add(new User(r.getLong(1), r.getString(2), r.getBoolean(3), r.getTimestamp(4).toInstant(),
                            Optional.ofNullable(r.getTimestamp(5)).map(Timestamp::toInstant), r.getLong(6),
                            r.getLong(7)));
                }
            }
            return users;
        }
    }

    /** Disables a user, whose tokens are refused from now on, or enables it again; false where there is none. */
    public static boolean disable(Connection c, String name, boolean disabled) throws SQLException {
        String sql = "update users set disabled_at = case when ? then coalesce(disabled_at, now()) end where name = ?";
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setBoolean(1, disabled);
            s.setString(2, name);
            return s.executeUpdate() > 0;
        }
    }

    /** Why {@link #byToken} knows no account; said to who holds the secret, so it tells nobody anything new. */
    public static String whyRefused(Connection c, Sha256 hash) throws SQLException {
        String sql = """
                select u.name, u.disabled_at is not null, t.expires_at
                from tokens t join users u on u.id = t.user_id where t.hash = ?
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setBytes(1, hash.bytes());
            try (ResultSet r = s.executeQuery()) {
                if (!r.next()) {
                    return "this token is unknown or was revoked";
                }
                return r.getBoolean(2) ? "the user " + r.getString(1) + " is disabled"
                        : "this token expired on " + r.getTimestamp(3).toInstant().truncatedTo(ChronoUnit.SECONDS);
            }
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
                        Account.Scope.valueOf(r.getString(4).toUpperCase(java.util.Locale.ROOT))));
            }
        }
    }
}
