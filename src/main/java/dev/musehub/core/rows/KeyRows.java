package dev.musehub.core.rows;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;

/** The Ed25519 public keys that users sign commits with. */
public final class KeyRows {

    /** @param keyId what commits name it by: 16 hex digits of the SHA-256 of the public key */
    public record SigningKey(long userId, String name, byte[] publicKey, String keyId) { }

    private KeyRows() {
    }

    /** The keys with these ids, without those of disabled users. Ids are short: several keys may share one. */
    public static List<SigningKey> byKeyIds(Connection c, Collection<String> keyIds) throws SQLException {
        return Sql.of(c, """
                select k.user_id, k.name, k.public_key, k.key_id
                from signing_keys k join users u on u.id = k.user_id
                where k.key_id = any (?) and u.disabled_at is null
                """).array("text", keyIds).list(KeyRows::read);
    }

    /** The row of a query for user, name, public key and id. */
    public static SigningKey read(ResultSet r) throws SQLException {
        return new SigningKey(r.getLong(1), r.getString(2), r.getBytes(3), r.getString(4));
    }
}
