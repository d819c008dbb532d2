package dev.musehub.http;

import dev.musehub.db.AccountRows;
import dev.musehub.db.AccountRows.Account;
import dev.musehub.db.AccountRows.Scope;
import dev.musehub.db.Pool;
import dev.musehub.db.RepositoryRows;
import dev.musehub.db.RepositoryRows.Repository;
import dev.musehub.model.CodePoints;
import dev.musehub.model.Problem;
import dev.musehub.model.Sha256;
import dev.musehub.model.Value;
import dev.musehub.wire.Limits;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Who may do what. A repository that the caller may not read looks exactly like one that does not exist; a caller who
 * may read but not write is told so. Decided before anything of the repository is read.
 */
final class Access {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private static final Pattern DOMAIN = Pattern.compile("[a-z][a-z0-9_-]{0,62}");

    private final Pool pool;
    private final Limits limits;
    private final boolean direct;

    /** {@code direct} tells whether the store of this hub can be reached by its clients. */
    Access(Pool pool, Limits limits, boolean direct) {
        this.pool = pool;
        this.limits = limits;
        this.direct = direct;
    }

    /** What clients may count on; {@code direct} where objects may go past the hub. */
    static List<String> capabilities(boolean direct) {
        List<String> capabilities = new ArrayList<>(List.of("packstream-2", "zlib", "zstd", "zstd-dict", "large"));
        if (direct) {
            capabilities.add("direct");
        }
        return capabilities;
    }

    /** Whether {@code name} can name an owner or a repository. */
    static boolean isName(String name) {
        return NAME.matcher(name).matches() && !name.contains("..");
    }

    /**
     * Who calls; empty for a call without a token.
     *
     * @throws Problem {@code unauthenticated} for a token that is not valid
     */
    Optional<Account> account(Call call) throws SQLException {
        Optional<String> token = call.bearer();
        if (token.isEmpty()) {
            return Optional.empty();
        }
        Optional<Account> account = ofToken(token.get());
        if (account.isEmpty()) {
            throw new Problem(Problem.Code.UNAUTHENTICATED, "this token is unknown, expired or revoked; log in with"
                    + " another");
        }
        return account;
    }

    /** Whose token this is; empty where it is not valid. */
    Optional<Account> ofToken(String token) throws SQLException {
        try (Connection c = pool.acquire("account")) {
            return AccountRows.byToken(c, hash(token));
        }
    }

    /** What is kept of a token. Tokens are long and random, so a plain hash cannot be searched. */
    static Sha256 hash(String token) {
        return Sha256.of(CodePoints.utf8(token));
    }

    /**
     * The repository, for reading.
     *
     * @throws Problem {@code not-found} where there is none, or none for this caller
     */
    Repository readable(Call call, String owner, String slug) throws SQLException {
        return readable(account(call), owner, slug);
    }

    /** The same for who calls as {@code account}. */
    Repository readable(Optional<Account> account, String owner, String slug) throws SQLException {
        Optional<Repository> found = find(owner, slug);
        return found.filter(r -> r.open() || mayWrite(account, r) || isOwner(account, r))
                .orElseThrow(() -> absent(account, owner, slug));
    }

    /**
     * Who calls, where a token is needed.
     *
     * @throws Problem {@code unauthenticated}
     */
    Account required(Call call) throws SQLException {
        return account(call).orElseThrow(() -> new Problem(Problem.Code.UNAUTHENTICATED,
                "this needs a token; run 'musehub login' or set MUSE_TOKEN"));
    }

    /**
     * The repository, for writing by {@code account}; created where it is absent and the caller's own.
     *
     * @throws Problem {@code not-found} or {@code forbidden}
     */
    Repository writableOrNew(Account account, String owner, String slug, String museId, String domain)
            throws SQLException {
        Optional<Repository> found = find(owner, slug);
        if (found.isEmpty() && account.name().equals(owner) && account.scope() != Scope.READ && isName(slug)) {
            requireMuse(museId, domain);
            try (Connection c = pool.acquire("create")) {
                RepositoryRows.create(c, account.userId(), slug, museId, domain);
            }
        }
        return writable(account, owner, slug);
    }

    /** Muse's own id and domain, as muse-format.md sections 2 and 6 have them; either may be absent. */
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
    Repository writable(Account account, String owner, String slug) throws SQLException {
        Optional<Account> caller = Optional.of(account);
        Repository repository = find(owner, slug).filter(r -> r.open() || isOwner(caller, r))
                .orElseThrow(() -> absent(caller, owner, slug));
        if (!mayWrite(caller, repository)) {
            throw new Problem(Problem.Code.FORBIDDEN, "you may read " + repository.name() + " but not write to it");
        }
        return repository;
    }

    /**
     * The repository, for changing its settings.
     *
     * @throws Problem {@code not-found} or {@code forbidden}
     */
    Repository owned(Account account, String owner, String slug) throws SQLException {
        Repository repository = writable(account, owner, slug);
        if (account.scope() != Scope.ADMIN) {
            throw new Problem(Problem.Code.FORBIDDEN, "this needs a token of scope admin");
        }
        return repository;
    }

    private static boolean isOwner(Optional<Account> account, Repository r) {
        return account.isPresent() && account.get().userId() == r.ownerId();
    }

    private static boolean mayWrite(Optional<Account> account, Repository r) {
        return isOwner(account, r) && account.get().scope() != Scope.READ;
    }

    private Optional<Repository> find(String owner, String slug) throws SQLException {
        if (!isName(owner) || !isName(slug)) {
            return Optional.empty();
        }
        try (Connection c = pool.acquire("repository")) {
            return RepositoryRows.find(c, owner, slug);
        }
    }

    private Problem absent(Optional<Account> account, String owner, String slug) {
        boolean creatable = account.isPresent() && account.get().name().equals(owner)
                && account.get().scope() != Scope.READ && isName(slug);
        Problem absent = new Problem(Problem.Code.NOT_FOUND, "there is no repository " + owner + "/" + slug
                + (creatable ? "; push to create it" : " that you may see; check its address and your login"));
        // The owner's first push needs the limits before there is a repository to ask for them.
        return creatable
                ? absent.with("creatable", Value.of(true)).with("limits", limits.toValue())
                        .with("capabilities", Value.texts(capabilities(direct)))
                : absent;
    }
}
