package dev.musehub.pages.repository;

import dev.musehub.accounts.TokenRows.Token;
import dev.musehub.core.model.Account;
import dev.musehub.core.model.Account.Scope;
import dev.musehub.core.rows.KeyRows.SigningKey;
import dev.musehub.pages.Ages;
import dev.musehub.pages.FormNotice;
import dev.musehub.pages.Markup;
import dev.musehub.pages.Page;
import dev.musehub.pages.Visit;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A user's own tokens and keys, as forms. */
public final class AccountPage {

    public static final String ADDRESS = "/-/account";

    /** Days that a new token may be good for. */
    public static final List<Integer> DAYS = List.of(7, 30, 90, 365);

    private final Visit visit;
    private final Account account;
    private final Instant now = Instant.now();

    /** The page of {@code account}, who looks. */
    public AccountPage(Visit visit, Account account) {
        this.visit = visit;
        this.account = account;
    }

    /**
     * The page.
     *
     * @param secret of a token that was just made, to be shown this once
     */
    public Page page(List<Token> tokens, List<SigningKey> keys, FormNotice notice, Optional<String> secret) {
        return new Page("Account", Markup.of("""
                <h1>{}</h1>
                <p class="quiet">You are signed in with a token of scope {}.</p>{}{}{}{}
                """, account.name(), text(account.scope()), notice.markup(), secret.map(AccountPage::secret)
                .orElse(Markup.NONE), tokens(tokens), keys(keys)));
    }

    private static Markup secret(String secret) {
        return Markup.of("""
                <div class="secret" role="status">\
                <label for="secret">Your new token. Copy it now: it is not shown again.</label>\
                <input id="secret" readonly value="{}" spellcheck="false"></div>
                """, secret);
    }

    private Markup tokens(List<Token> tokens) {
        return Markup.of("""
                <section aria-labelledby="tokens"><h2 id="tokens">Tokens</h2>
                <div class="scroll"><table class="rows"><thead><tr><th>Name</th><th>Scope</th><th>Made</th>\
                <th>Last used</th><th>Ends</th><td></td></tr></thead><tbody>
                {}</tbody></table></div>{}</section>
                """, tokens.stream().map(this::token).toList(), account.scope() == Scope.ADMIN ? newToken()
                : Markup.of("<p class=\"quiet\">To make or revoke tokens, sign in with one of scope admin.</p>"));
    }

    private Markup token(Token token) {
        Markup ends = token.expires().map(at -> at.isBefore(now) ? Markup.of("<span class=\"problem\">expired</span>")
                : Markup.of("<time datetime=\"{}\" title=\"{}\">{}</time>", at, Ages.full(at),
                        at.toString().substring(0, 10))).orElse(Markup.of("when revoked"));
        Markup revoke = Markup.of("""
                <form method="post" action="{}/tokens/{}/revoke"><input type="hidden" name="csrf" value="{}">\
                <button class="plain" aria-label="Revoke {}">Revoke</button></form>""", ADDRESS, token.id(),
                visit.csrf(), token.name()).when(account.scope() == Scope.ADMIN);
        return Markup.of("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n", token.name(),
                text(token.scope()), Ages.of(token.created(), now), token.lastUsed().map(at -> Ages.of(at, now))
                        .orElse(Markup.of("never")), ends, revoke);
    }

    private Markup newToken() {
        List<Markup> scopes = new ArrayList<>();
        for (Scope scope : Scope.values()) {
            scopes.add(SettingsPage.option(text(scope), switch (scope) {
                case READ -> "read";
                case WRITE -> "read and write";
                case ADMIN -> "all, settings and tokens too";
            }, scope == Scope.WRITE));
        }
        List<Markup> days = DAYS.stream().map(n -> SettingsPage.option(Integer.toString(n), "after " + n + " days",
                n == 90)).toList();
        return Markup.of("""
                <h3>Make a token</h3>
                <form method="post" action="{}/tokens" class="line"><input type="hidden" name="csrf" value="{}">
                <div><label for="name">What for</label><input id="name" name="name" required maxlength="100"></div>
                <div><label for="scope">May</label><select id="scope" name="scope">{}</select></div>
                <div><label for="days">Ends</label><select id="days" name="days">{}\
                <option value="0">when revoked</option></select></div>
                <button>Make</button></form>
                """, ADDRESS, visit.csrf(), scopes, days);
    }

    private Markup keys(List<SigningKey> keys) {
        Markup none = Markup.of("<p class=\"quiet\">None. <code>musehub key add {}</code> makes one and registers"
                + " it.</p>", "HUB-URL");
        Markup form = Markup.of("""
                <h3>Register a key</h3>
                <form method="post" action="{}/keys" class="line"><input type="hidden" name="csrf" value="{}">
                <div><label for="key-name">Name</label><input id="key-name" name="name" required maxlength="100"></div>
                <div class="grow"><label for="key">Ed25519 public key, 64 hex digits</label><input id="key" \
                name="public_key" required pattern="[0-9a-f]{64}" spellcheck="false" autocomplete="off"></div>
                <button>Register</button></form>
                """, ADDRESS, visit.csrf()).when(account.scope() != Scope.READ);
        return Markup.of("""
                <section aria-labelledby="keys"><h2 id="keys">Signing keys</h2>
                {}{}</section>
                """, keys.isEmpty() ? none : Markup.of("""
                        <div class="scroll"><table class="rows"><thead><tr><th>Name</th><th>Id</th><th>Public key</th>\
                        <td></td></tr></thead><tbody>{}</tbody></table></div>
                        """, keys.stream().map(this::key).toList()), form);
    }

    private Markup key(SigningKey key) {
        return Markup.of("""
                <tr><td>{}</td><td><code>{}</code></td><td><code>{}</code></td><td>{}</td></tr>
                """, key.name(), key.keyId(), HexFormat.of().formatHex(key.publicKey()), Markup.of("""
                        <form method="post" action="{}/keys/{}/remove"><input type="hidden" name="csrf" value="{}">\
                        <button class="plain" aria-label="Remove {}">Remove</button></form>""", ADDRESS, key.keyId(),
                        visit.csrf(), key.name()).when(account.scope() != Scope.READ));
    }

    private static String text(Scope scope) {
        return scope.name().toLowerCase(Locale.ROOT);
    }
}
