package dev.musehub.pages.repository;

import dev.musehub.pages.FormNotice;
import dev.musehub.pages.Markup;
import dev.musehub.pages.Page;

/** The form to sign in with. */
public final class SignInPage {

    private SignInPage() {
    }

    /**
     * The page.
     *
     * @param to the address of the page that follows
     * @param fault why the last attempt failed; empty for the first one
     */
    public static Page of(String to, String fault) {
        return new Page("Sign in", Markup.of("""
                <h1>Sign in</h1>{}
                <form method="post" action="/-/sign-in" class="sign-in"><input type="hidden" name="to" value="{}">
                <label for="token">Token</label>
                <input id="token" name="token" type="password" required autocomplete="current-password">
                <button>Sign in</button></form>
                <p class="quiet">The token that <code>musehub login</code> takes; the hub prints the first one when it \
                starts for the first time.</p>
                """, new FormNotice(fault, true).markup(), to));
    }
}
