package dev.musehub.server.browser;

import dev.musehub.accounts.TokenRows;
import dev.musehub.accounts.TokenRows.Token;
import dev.musehub.core.model.Account;
import dev.musehub.core.model.Account.Scope;
import dev.musehub.core.model.Problem;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.wire.Limits;
import dev.musehub.pages.FormNotice;
import dev.musehub.pages.repository.AccountPage;
import dev.musehub.server.access.Session;
import dev.musehub.server.api.OwnerRoutes;
import dev.musehub.server.http.Exchange;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A user's own tokens and keys in a browser. */
final class AccountRoutes {

    private static final int TOKENS = 100;

    private final Pool pool;
    private final OwnerRoutes owners;

    AccountRoutes(Pool pool, OwnerRoutes owners) {
        this.pool = pool;
        this.owners = owners;
    }

    /** What {@code path}, which begins with {@code -}, leads to; empty where it is no page of these. */
    Optional<PageRoutes.PageHandler> route(Exchange call, List<String> path) {
        if (!path.get(1).equals("account")) {
            return Optional.empty();
        }
        boolean form = PageRoutes.isForm(call);
        if (path.size() == 2) {
            return PageRoutes.when(!call.method().equals("POST"), session -> show(call, session));
        }
        String what = path.get(2) + (path.size() == 5 ? " " + path.get(4) : "");
        return path.size() == 4 ? Optional.empty() : switch (what) {
            case "tokens" -> PageRoutes.when(form, session -> sent(call, session, this::makeToken));
            case "tokens revoke" -> PageRoutes.when(form, session -> sent(call, session,
                    (account, _) -> revoke(account, path.get(3))));
            case "keys" -> PageRoutes.when(form, session -> sent(call, session, this::addKey));
            case "keys remove" -> PageRoutes.when(form, session -> sent(call, session,
                    (account, _) -> removeKey(account, path.get(3))));
            default -> Optional.empty();
        };
    }

    private void show(Exchange call, Session session) throws IOException, SQLException {
        if (session.viewer().isEmpty()) {
            PageRoutes.redirect(call, "/-/sign-in?to=" + AccountPage.ADDRESS);
            return;
        }
        FormNotice told = call.query("done").filter("1"::equals).map(_ -> new FormNotice("Done.", false)).orElse(FormNotice.NOTHING);
        page(call, session, 200, told, Optional.empty());
    }

    private void page(Exchange call, Session session, int status, FormNotice told, Optional<String> secret)
            throws IOException, SQLException {
        Account account = session.viewer().orElseThrow();
        PageRoutes.page(call, status, new AccountPage(PageRoutes.visit(call, session), account).page(tokens(account),
                owners.keys(account), told, secret));
    }

    private List<Token> tokens(Account account) throws SQLException {
        try (Connection c = pool.acquire("tokens")) {
            return TokenRows.list(c, Optional.of(account.name()), 0, TOKENS);
        }
    }

    /** What a form asks for; returns the secret of a new token. */
    private interface AccountChange {
        Optional<String> make(Account account, Map<String, String> fields) throws SQLException;
    }

    private void sent(Exchange call, Session session, AccountChange change) throws IOException, SQLException {
        Map<String, String> fields = session.form(call);
        Optional<String> secret;
        try {
            secret = change.make(session.viewer().orElseThrow(), fields);
        } catch (Problem e) {
            page(call, session, e.code().status(), new FormNotice(e.getMessage(), true), Optional.empty());
            return;
        }
        if (secret.isPresent()) {
            // Not by way of a redirect: a secret has no place in an address, and the hub keeps none.
            page(call, session, 200, FormNotice.NOTHING, secret);
        } else {
            PageRoutes.redirect(call, AccountPage.ADDRESS + "?done=1");
        }
    }

    private Optional<String> makeToken(Account account, Map<String, String> fields) throws SQLException {
        requireAdmin(account);
        String name = TokenRows.checkName(fields.getOrDefault("name", "").strip());
        Scope scope = scope(fields.getOrDefault("scope", ""));
        Optional<Instant> expires = expires(fields.getOrDefault("days", ""));
        if (tokens(account).size() >= TOKENS) {
            throw Limits.exceeded("tokens of a user", TOKENS + 1L, TOKENS);
        }
        String secret = TokenRows.secret();
        try (Connection c = pool.acquire("tokens")) {
            TokenRows.add(c, account.userId(), name, TokenRows.hash(secret), scope, expires);
        }
        return Optional.of(secret);
    }

    private static Scope scope(String text) {
        for (Scope scope : Scope.values()) {
            if (scope.name().toLowerCase(Locale.ROOT).equals(text)) {
                return scope;
            }
        }
        throw new Problem(Problem.Code.BAD_REQUEST, "choose what the token may do");
    }

    private static Optional<Instant> expires(String days) {
        if (days.equals("0")) {
            return Optional.empty();
        }
        return Optional.of(AccountPage.DAYS.stream().filter(n -> days.equals(Integer.toString(n))).findFirst()
                .map(n -> Instant.now().plus(Duration.ofDays(n)).truncatedTo(ChronoUnit.SECONDS))
                .orElseThrow(() -> new Problem(Problem.Code.BAD_REQUEST, "choose when the token ends")));
    }

    private Optional<String> revoke(Account account, String id) throws SQLException {
        requireAdmin(account);
        try (Connection c = pool.acquire("tokens")) {
            if (!id.matches("[0-9]{1,18}") || !TokenRows.revoke(c, Optional.of(account.userId()), Long.parseLong(id))) {
                throw new Problem(Problem.Code.NOT_FOUND, "you have no such token");
            }
        }
        return Optional.empty();
    }

    /** A token that may only read or write must not be able to make one that may more, or lasts longer. */
    private static void requireAdmin(Account account) {
        if (account.scope() != Scope.ADMIN) {
            throw new Problem(Problem.Code.FORBIDDEN, "to make or revoke tokens, sign in with one of scope admin");
        }
    }

    private Optional<String> addKey(Account account, Map<String, String> fields) throws SQLException {
        owners.addKey(account, fields.getOrDefault("name", "").strip(), fields.getOrDefault("public_key", "").strip());
        return Optional.empty();
    }

    private Optional<String> removeKey(Account account, String id) throws SQLException {
        owners.removeKey(account, id);
        return Optional.empty();
    }
}
