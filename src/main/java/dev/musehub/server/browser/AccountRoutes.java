package dev.musehub.server.browser;

import dev.musehub.accounts.Keys;
import dev.musehub.accounts.Tokens;
import dev.musehub.core.model.Account;
import dev.musehub.core.model.Account.Scope;
import dev.musehub.core.model.Problem;
import dev.musehub.core.rows.Pool;
import dev.musehub.pages.FormNotice;
import dev.musehub.pages.repository.AccountPage;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The page of a user's own tokens and keys, and its forms. The rules are in {@link Tokens} and {@link Keys}. */
public final class AccountRoutes {

    private final Tokens tokens;
    private final Keys keys;

    public AccountRoutes(Pool pool) {
        this.tokens = new Tokens(pool);
        this.keys = new Keys(pool);
    }

    /** {@code GET /-/account}. */
    public PageAnswer page(PageRequest request) throws SQLException {
        return request.session().viewer().isEmpty()
                ? new PageAnswer.Redirect("/-/sign-in?to=" + AccountPage.ADDRESS)
                : page(request, 200, FormNotice.done(request.query("done"), "Done."), Optional.empty());
    }

    /** {@code POST /-/account/tokens}. */
    public PageAnswer makeToken(PageRequest request) throws SQLException {
        return change(request, (account, form) -> Optional.of(tokens.make(account,
                form.getOrDefault("name", "").strip(), scope(form.getOrDefault("scope", "")),
                expires(form.getOrDefault("days", "")))));
    }

    /** {@code POST /-/account/tokens/ID/revoke}. */
    public PageAnswer revokeToken(PageRequest request) throws SQLException {
        return change(request, (account, _) -> {
            tokens.revoke(account, request.call().parameter("token"));
            return Optional.empty();
        });
    }

    /** {@code POST /-/account/keys}. */
    public PageAnswer addKey(PageRequest request) throws SQLException {
        return change(request, (account, form) -> {
            keys.add(account, form.getOrDefault("name", "").strip(), form.getOrDefault("public_key", "").strip());
            return Optional.empty();
        });
    }

    /** {@code POST /-/account/keys/ID/remove}. */
    public PageAnswer removeKey(PageRequest request) throws SQLException {
        return change(request, (account, _) -> {
            keys.remove(account, request.call().parameter("key"));
            return Optional.empty();
        });
    }

    private PageAnswer page(PageRequest request, int status, FormNotice notice, Optional<String> secret)
            throws SQLException {
        Account account = request.session().viewer().orElseThrow();
        return new PageAnswer.FramedPage(status, Optional.empty(), new AccountPage(request.visit(), account)
                .page(tokens.list(account), keys.list(account), notice, secret));
    }

    /** What a form asks for; returns the secret of a new token. */
    private interface AccountChange {
        Optional<String> make(Account account, Map<String, String> form) throws SQLException;
    }

    private PageAnswer change(PageRequest request, AccountChange change) throws SQLException {
        Map<String, String> form = request.form();
        Optional<String> secret;
        try {
            secret = change.make(request.session().viewer().orElseThrow(), form);
        } catch (Problem e) {
            return page(request, e.code().status(), new FormNotice(e.getMessage(), true), Optional.empty());
        }
        // A secret is shown at once: an address to redirect to must not contain it, and the hub does not keep it.
        return secret.isPresent() ? page(request, 200, FormNotice.NOTHING, secret)
                : new PageAnswer.Redirect(AccountPage.ADDRESS + "?done=1");
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
}
