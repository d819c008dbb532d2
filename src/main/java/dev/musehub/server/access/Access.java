package dev.musehub.server.access;

import dev.musehub.accounts.AccountRows;
import dev.musehub.accounts.RepositoryNames;
import dev.musehub.accounts.TokenRows;
import dev.musehub.accounts.TokenUses;
import dev.musehub.core.model.Account;
import dev.musehub.core.model.Account.Scope;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Role;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.rows.RepositoryRows.Seen;
import dev.musehub.core.wire.Limits;
import dev.musehub.server.http.Exchange;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Decides who may do what, before anything of the repository is read. A repository that the caller may not read looks
 * exactly like one that does not exist. A caller who may read but not write gets an answer that says so.
 */
public final class Access {

    private static final Pattern DOMAIN = Pattern.compile("[a-z][a-z0-9_-]{0,62}");

    private final Pool pool;
    private final Limits limits;
    private final boolean direct;
    private final TokenUses uses;
    private final RateLimiter rates;

    /** {@code direct} says whether clients may transfer objects directly to the store. */
    public Access(Pool pool, Limits limits, boolean direct, TokenUses uses, RateLimiter rates) {
        this.pool = pool;
        this.limits = limits;
        this.direct = direct;
        this.uses = uses;
        this.rates = rates;
    }

    /** What clients may use on this hub. */
    public static List<String> capabilities(boolean direct) {
        List<String> capabilities = new ArrayList<>(List.of("packstream-2", "zlib", "zstd", "batch", "large"));
        if (direct) {
            capabilities.add("direct");
        }
        return capabilities;
    }

    /** The token of {@code Authorization: Bearer}. */
    private static Optional<String> bearer(Exchange call) {
        return call.header("Authorization")
                .filter(v -> v.regionMatches(true, 0, "Bearer ", 0, 7))
                .map(v -> v.substring(7).strip())
                .filter(token -> !token.isEmpty());
    }

    /**
     * The account of the caller; empty for a request without a token.
     *
     * @throws Problem {@code unauthenticated} for a token that is not valid
     */
    public Optional<Account> account(Exchange call) throws SQLException {
        Optional<String> token = bearer(call);
        if (token.isEmpty()) {
            return Optional.empty();
        }
        Optional<Account> account = ofToken(call, token.get());
        if (account.isEmpty()) {
            throw refused(token.get());
        }
        return account;
    }

    /**
     * The account of a token; empty where the token is not valid. Never cached, so a revoked token is refused at once.
     *
     * @throws Problem {@code rate-limited} after too many wrong tokens from the caller's address
     */
    public Optional<Account> ofToken(Exchange call, String token) throws SQLException {
        rates.signIn(call.origin().caller());
        Sha256 hash = TokenRows.hash(token);
        Optional<Account> account;
        try (Connection c = pool.acquire("account")) {
            account = AccountRows.byToken(c, hash);
        }
        if (account.isPresent()) {
            call.user(account.get().name());
            uses.note(hash);
        } else {
            rates.wrongToken(call.origin().caller(), hash);
        }
        return account;
    }

    /** Whether the account is an operator of this hub. */
    public boolean isOperator(Optional<Account> account) throws SQLException {
        if (account.isEmpty()) {
            return false;
        }
        try (Connection c = pool.acquire("account")) {
            return AccountRows.isOperator(c, account.get().userId());
        }
    }

    private Problem refused(String token) throws SQLException {
        try (Connection c = pool.acquire("account")) {
            return new Problem(Problem.Code.UNAUTHENTICATED, AccountRows.whyRefused(c, TokenRows.hash(token))
                    + "; log in with another ('musehub login', or MUSE_TOKEN), which the operator of the hub makes with"
                    + " 'musehub token add'");
        }
    }

    /**
     * The repository, for reading.
     *
     * @throws Problem {@code not-found} where there is none, or none for this caller
     */
    public Repository readable(Exchange call, String owner, String slug) throws SQLException {
        return readable(account(call), owner, slug);
    }

    /** The repository, for reading by {@code account}; throws the same problem. */
    public Repository readable(Optional<Account> account, String owner, String slug) throws SQLException {
        return seen(account, owner, slug).repository();
    }

    /**
     * The account of the caller, who needs a token for this.
     *
     * @throws Problem {@code unauthenticated}
     */
    public Account required(Exchange call) throws SQLException {
        return account(call).orElseThrow(() -> new Problem(Problem.Code.UNAUTHENTICATED,
                "this needs a token; run 'musehub login' or set MUSE_TOKEN"));
    }

    /**
     * The repository, for writing by {@code account}. Creates it if it does not exist and would be the caller's own.
     *
     * @throws Problem {@code not-found} or {@code forbidden}
     */
    public Repository writableOrNew(Account account, String owner, String slug, String museId, String domain)
            throws SQLException {
        Optional<Seen> found = find(Optional.of(account), owner, slug);
        if (found.isEmpty() && account.name().equals(owner) && account.scope() != Scope.READ
                && RepositoryNames.valid(slug)) {
            requireMuse(museId, domain);
            try (Connection c = pool.acquire("create")) {
                RepositoryRows.create(c, account.userId(), slug, museId, domain);
            }
        }
        return writable(account, owner, slug);
    }

    /** Checks Muse's own id and domain (format.md, "repo.json"); either may be empty. */
    private static void requireMuse(String museId, String domain) {
        if (museId.length() > 255 || museId.chars().anyMatch(Character::isISOControl)
                || !domain.isEmpty() && !DOMAIN.matcher(domain).matches()) {
            throw new Problem(Problem.Code.INVALID_NAME, "repo_id must be 255 printable characters at most, domain"
                    + " lower-case letters, digits, '_' and '-'; look into .muse/repo.json");
        }
    }

    /**
     * The repository, for writing by {@code account}.
     *
     * @throws Problem {@code not-found} or {@code forbidden}
     */
    public Repository writable(Account account, String owner, String slug) throws SQLException {
        return allowed(account, owner, slug, Role.WRITER);
    }

    /**
     * The repository, for changing its settings and members.
     *
     * @throws Problem {@code not-found} or {@code forbidden}
     */
    public Repository owned(Account account, String owner, String slug) throws SQLException {
        return allowed(account, owner, slug, Role.ADMIN);
    }

    /**
     * The repository, for deleting it; only its owner may.
     *
     * @throws Problem {@code not-found} or {@code forbidden}
     */
    public Repository deletable(Account account, String owner, String slug) throws SQLException {
        return allowed(account, owner, slug, Role.OWNER);
    }

    private Repository allowed(Account account, String owner, String slug, Role needed) throws SQLException {
        Seen seen = seen(Optional.of(account), owner, slug);
        String name = seen.repository().name();
        if (!seen.role().includes(needed)) {
            throw new Problem(Problem.Code.FORBIDDEN, "you may not " + doing(needed) + " " + name + "; "
                    + (needed == Role.OWNER ? "only " + owner + " may" : "ask " + owner + " to make you a member as "
                    + needed.text() + " ('musehub repo member add URL " + account.name() + " " + needed.text() + "')"));
        }
        if (!most(account.scope()).includes(needed)) {
            throw new Problem(Problem.Code.FORBIDDEN, "you may " + doing(needed) + " " + name + ", but your token has"
                    + " only the scope " + account.scope().name().toLowerCase(Locale.ROOT) + "; log in with one of"
                    + " scope " + (needed == Role.WRITER ? "write" : "admin"));
        }
        return seen.repository();
    }

    private static String doing(Role needed) {
        return switch (needed) {
            case NONE, READER -> "read";
            case WRITER -> "write to";
            case ADMIN -> "change the settings of";
            case OWNER -> "delete";
        };
    }

    /** The highest role that a token of this scope may use. */
    private static Role most(Scope scope) {
        return switch (scope) {
            case READ -> Role.READER;
            case WRITE -> Role.WRITER;
            case ADMIN -> Role.OWNER;
        };
    }

    /**
     * The repository and the caller's role in it, for pages that show more to some roles.
     *
     * @throws Problem {@code not-found} where there is none, or none for this caller
     */
    public Seen seen(Optional<Account> account, String owner, String slug) throws SQLException {
        return find(account, owner, slug).filter(s -> s.repository().open() || s.role().includes(Role.READER))
                .orElseThrow(() -> absent(account, owner, slug));
    }

    private Optional<Seen> find(Optional<Account> account, String owner, String slug) throws SQLException {
        if (!RepositoryNames.valid(owner) || !RepositoryNames.valid(slug)) {
            return Optional.empty();
        }
        try (Connection c = pool.acquire("repository")) {
            return RepositoryRows.seen(c, owner, slug, account.map(Account::userId));
        }
    }

    private Problem absent(Optional<Account> account, String owner, String slug) {
        boolean creatable = account.isPresent() && account.get().name().equals(owner)
                && account.get().scope() != Scope.READ;
        for (String name : List.of(owner, slug)) {
            if (!RepositoryNames.valid(name)) {
                return new Problem(Problem.Code.NOT_FOUND, "'" + name + "' is no name: one has letters, digits, '.',"
                        + " '_' and '-', begins with a letter or digit, and has 64 at most; check the address");
            }
        }
        Problem absent = new Problem(Problem.Code.NOT_FOUND, "there is no repository " + owner + "/" + slug
                + (creatable ? "; push to create it" : " that you may see; check its address, and "
                + account.map(a -> "whether " + owner + " has made " + a.name() + " a member")
                        .orElse("log in with 'musehub login'")));
        // The owner's first push needs the limits before the repository exists.
        return creatable
                ? absent.with("creatable", Value.of(true)).with("limits", limits.toValue())
                        .with("capabilities", Value.texts(capabilities(direct)))
                : absent;
    }
}
