package dev.musehub.accounts;

import dev.musehub.core.history.CommitSignature;
import dev.musehub.core.model.Account;
import dev.musehub.core.model.Account.Scope;
import dev.musehub.core.model.Problem;
import dev.musehub.core.rows.KeyRows;
import dev.musehub.core.rows.KeyRows.SigningKey;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;

/** The rules of signing keys. A user registers and removes only its own keys. */
public final class Keys {

    private final Pool pool;

    public Keys(Pool pool) {
        this.pool = pool;
    }

    /** The keys of the account. */
    public List<SigningKey> list(Account account) throws SQLException {
        try (Connection c = pool.acquire("keys")) {
            return Sql.of(c, "select user_id, name, public_key, key_id from signing_keys where user_id = ? order by id")
                    .with(account.userId()).list(KeyRows::read);
        }
    }

    /**
     * Registers an Ed25519 public key of the account.
     *
     * @param hex the key, 64 hex digits
     * @throws Problem {@code forbidden}, {@code bad-request}, {@code invalid-name} or {@code conflict}
     */
    public SigningKey add(Account account, String name, String hex) throws SQLException {
        requireWriting(account);
        if (!hex.matches("[0-9a-f]{64}")) {
            throw new Problem(Problem.Code.BAD_REQUEST, "public_key must be the 32 bytes of an Ed25519 key in hex");
        }
        if (name.isEmpty() || name.length() > 100 || name.chars().anyMatch(Character::isISOControl)) {
            throw new Problem(Problem.Code.INVALID_NAME, "a key's name has 1 to 100 printable characters");
        }
        byte[] bytes = HexFormat.of().parseHex(hex);
        SigningKey key = new SigningKey(account.userId(), name, bytes, CommitSignature.keyId(bytes));
        try (Connection c = pool.acquire("keys")) {
            int added = Sql.of(c, """
                    insert into signing_keys (user_id, name, public_key, key_id) values (?, ?, ?, ?)
                    on conflict (public_key) do nothing
                    """).with(key.userId(), key.name(), key.publicKey(), key.keyId()).update();
            if (added == 0) {
                throw new Problem(Problem.Code.CONFLICT, "this key is registered already");
            }
        }
        return key;
    }

    /**
     * Removes a key of the account; what it has verified stays verified.
     *
     * @throws Problem {@code forbidden} or {@code not-found}
     */
    public void remove(Account account, String keyId) throws SQLException {
        requireWriting(account);
        try (Connection c = pool.acquire("keys")) {
            if (!keyId.matches("[0-9a-f]{16}") || Sql.of(c, "delete from signing_keys where user_id = ? and key_id = ?")
                    .with(account.userId(), keyId).update() == 0) {
                throw new Problem(Problem.Code.NOT_FOUND, "you have no such key");
            }
        }
    }

    /**
     * Refuses a token that may only read.
     *
     * @throws Problem {@code forbidden}
     */
    public static void requireWriting(Account account) {
        if (account.scope() == Scope.READ) {
            throw new Problem(Problem.Code.FORBIDDEN, "this token may only read");
        }
    }
}
