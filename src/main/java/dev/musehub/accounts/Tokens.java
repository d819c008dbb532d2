package dev.musehub.accounts;

import dev.musehub.accounts.TokenRows.Token;
import dev.musehub.core.model.Account;
import dev.musehub.core.model.Account.Scope;
import dev.musehub.core.model.Problem;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.wire.Limits;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The rules of tokens that users make and revoke themselves. The operator has a command of its own. */
public final class Tokens {

    private static final int MOST = 100;

    private final Pool pool;

    public Tokens(Pool pool) {
        this.pool = pool;
    }

    /** The tokens of the account. */
    public List<Token> list(Account account) throws SQLException {
        try (Connection c = pool.acquire("tokens")) {
            return TokenRows.list(c, Optional.of(account.name()), 0, MOST);
        }
    }

    /**
     * Makes a token and returns its secret. The hub keeps only a hash of it.
     *
     * @throws Problem {@code forbidden}, {@code invalid-name} or {@code limit-exceeded}
     */
    public String make(Account account, String name, Scope scope, Optional<Instant> expires) throws SQLException {
        requireAdmin(account);
        TokenRows.checkName(name);
        if (list(account).size() >= MOST) {
            throw Limits.exceeded("tokens of a user", MOST + 1L, MOST);
        }
        String secret = TokenRows.secret();
        try (Connection c = pool.acquire("tokens")) {
            TokenRows.add(c, account.userId(), name, TokenRows.hash(secret), scope, expires);
        }
        return secret;
    }

    /**
     * Revokes a token of the account.
     *
     * @throws Problem {@code forbidden} or {@code not-found}
     */
    public void revoke(Account account, String id) throws SQLException {
        requireAdmin(account);
        try (Connection c = pool.acquire("tokens")) {
            if (!id.matches("[0-9]{1,18}") || !TokenRows.revoke(c, Optional.of(account.userId()), Long.parseLong(id))) {
                throw new Problem(Problem.Code.NOT_FOUND, "you have no such token");
            }
        }
    }

    /** A token that may only read or write must not make one that may more, or that lasts longer. */
    private static void requireAdmin(Account account) {
        if (account.scope() != Scope.ADMIN) {
            throw new Problem(Problem.Code.FORBIDDEN, "to make or revoke tokens, sign in with one of scope admin");
        }
    }
}
