package dev.musehub.accounts;

import dev.musehub.core.model.Account.Scope;
import dev.musehub.core.model.CodePoints;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Sql;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The tokens of users, as their owners see them. The secret itself is shown once and kept nowhere. */
public final class TokenRows {

    /** One token. */
    public record Token(long id, String user, String name, Scope scope, Instant created, Optional<Instant> expires,
            Optional<Instant> lastUsed) { }

    private TokenRows() {
    }

    /** A new secret. It is so long and random that nobody finds it from its hash by trying. */
    public static String secret() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return "mh_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /**
     * Returns {@code name}, where a token can be called so.
     *
     * @throws Problem {@code invalid-name}
     */
    public static String checkName(String name) {
        if (name.isBlank() || name.length() > 100 || name.chars().anyMatch(Character::isISOControl)) {
            throw new Problem(Problem.Code.INVALID_NAME, "a token's name has 1 to 100 printable characters");
        }
        return name;
    }

    /** The hash of a secret: all that is kept of it. */
    public static Sha256 hash(String secret) {
        return Sha256.of(CodePoints.utf8(secret));
    }

    /** Keeps a token, {@code hash} as {@link #hash} gave it, and returns its id; a second time it changes nothing. */
    public static long add(Connection c, long userId, String name, Sha256 hash, Scope scope, Optional<Instant> expires)
            throws SQLException {
        return Sql.of(c, """
                insert into tokens (user_id, name, hash, scope, expires_at) values (?, ?, ?, ?, ?)
                on conflict (hash) do update set hash = excluded.hash returning id
                """).with(userId, name, hash, scope.name().toLowerCase(Locale.ROOT), expires).one(r -> r.getLong(1));
    }

    /** The tokens of a user, or of all where {@code user} is empty, behind token {@code after}. */
    public static List<Token> list(Connection c, Optional<String> user, long after, int most) throws SQLException {
        return Sql.of(c, """
                select t.id, u.name, t.name, t.scope, t.created_at, t.expires_at, t.last_used_at
                from tokens t join users u on u.id = t.user_id
                where (?::text is null or u.name = ?) and t.id > ? order by t.id limit ?
                """).with(user, user, after, most)
                .list(r -> new Token(r.getLong(1), r.getString(2), r.getString(3),
                        Scope.valueOf(r.getString(4).toUpperCase(Locale.ROOT)), Sql.time(r, 5),
                        Sql.optionalTime(r, 6), Sql.optionalTime(r, 7)));
    }

    /** Removes a token of a user, or of any where {@code userId} is empty; false where there is no such one. */
    public static boolean revoke(Connection c, Optional<Long> userId, long id) throws SQLException {
        return Sql.of(c, "delete from tokens where id = ? and user_id = coalesce(?::bigint, user_id)").with(id, userId)
                .update() > 0;
    }

    /** Whether any token was ever used. */
    public static boolean anyUsed(Connection c) throws SQLException {
        return Sql.of(c, "select exists (select from tokens where last_used_at is not null)")
                .one(r -> r.getBoolean(1));
    }

    /** Notes that the tokens of these hashes were used at about {@code at}. */
    static void used(Connection c, Collection<Sha256> hashes, Instant at) throws SQLException {
        Sql.of(c, """
                update tokens set last_used_at = greatest(last_used_at, ?) where hash = any (?)
                """).with(at).ids(hashes).update();
    }
}
