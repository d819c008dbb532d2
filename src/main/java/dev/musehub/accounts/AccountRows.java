package dev.musehub.accounts;

import dev.musehub.core.model.Account;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Sql;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Users and their tokens. */
public final class AccountRows {

    private AccountRows() {
    }

    /** Whether there is any user yet. */
    public static boolean any(Connection c) throws SQLException {
        return Sql.of(c, "select exists (select from users)").one(r -> r.getBoolean(1));
    }

    /** The id of the user {@code name}, created if absent. */
    public static long ensureUser(Connection c, String name) throws SQLException {
        return Sql.of(c, """
                insert into users (name) values (?)
                on conflict (name) do update set name = excluded.name
                returning id
                """).with(name).one(r -> r.getLong(1));
    }

    /** A user as operators see it. */
    public record User(long id, String name, boolean operator, Instant created, Optional<Instant> disabled,
            long repositories, long tokens) { }

    /** Adds a user; empty where the name is taken. */
    public static Optional<Long> addUser(Connection c, String name, boolean operator) throws SQLException {
        return Sql.of(c, "insert into users (name, operator) values (?, ?) on conflict (name) do nothing returning id")
                .with(name, operator).first(r -> r.getLong(1));
    }

    /** Makes a user an operator of this hub. */
    public static void makeOperator(Connection c, long userId) throws SQLException {
        Sql.of(c, "update users set operator = true where id = ?").with(userId).update();
    }

    /** Whether a user runs this hub. */
    public static boolean isOperator(Connection c, long userId) throws SQLException {
        return Sql.of(c, "select operator from users where id = ?").with(userId)
                .first(r -> r.getBoolean(1)).orElse(false);
    }

    /** The id of the user {@code name}. */
    public static Optional<Long> id(Connection c, String name) throws SQLException {
        return Sql.of(c, "select id from users where name = ?").with(name).first(r -> r.getLong(1));
    }

    /** Up to {@code most} users whose names come behind {@code after}. */
    public static List<User> users(Connection c, String after, int most) throws SQLException {
        return Sql.of(c, """
                select u.id, u.name, u.operator, u.created_at, u.disabled_at,
                       (select count(*) from repositories r where r.owner_id = u.id),
                       (select count(*) from tokens t where t.user_id = u.id)
                from users u where u.name > ? order by u.name limit ?
                """).with(after, most)
                .list(r -> new User(r.getLong(1), r.getString(2), r.getBoolean(3), Sql.time(r, 4),
                        Sql.optionalTime(r, 5), r.getLong(6), r.getLong(7)));
    }

    /** Disables a user, whose tokens are refused from now on, or enables it again; false where there is none. */
    public static boolean disable(Connection c, String name, boolean disabled) throws SQLException {
        return Sql.of(c, """
                update users set disabled_at = case when ? then coalesce(disabled_at, now()) end where name = ?
                """).with(disabled, name).update() > 0;
    }

    /** Why {@link #byToken} found no account. Only the holder of the secret learns it, so it gives nothing away. */
    public static String whyRefused(Connection c, Sha256 hash) throws SQLException {
        return Sql.of(c, """
                select u.name, u.disabled_at is not null, t.expires_at
                from tokens t join users u on u.id = t.user_id where t.hash = ?
                """).with(hash).first(r -> r.getBoolean(2) ? "the user " + r.getString(1) + " is disabled"
                        : "this token expired on " + Sql.time(r, 3).truncatedTo(ChronoUnit.SECONDS))
                .orElse("this token is unknown or was revoked");
    }

    /** The account of a token's hash; empty where the token is unknown, expired, or its user disabled. */
    public static Optional<Account> byToken(Connection c, Sha256 hash) throws SQLException {
        Optional<FoundToken> found = Sql.of(c, """
                select t.hash, u.id, u.name, t.scope
                from tokens t join users u on u.id = t.user_id
                where t.hash = ? and u.disabled_at is null and (t.expires_at is null or t.expires_at > now())
                """).with(hash).first(r -> new FoundToken(r.getBytes(1), new Account(r.getLong(2), r.getString(3),
                        Account.Scope.valueOf(r.getString(4).toUpperCase(Locale.ROOT)))));
        // The index found the row by the hash, which says nothing of the secret. The comparison that decides takes the
        // same time for every hash.
        return found.filter(token -> MessageDigest.isEqual(token.hash(), hash.bytes())).map(FoundToken::account);
    }

    private record FoundToken(byte[] hash, Account account) { }
}
