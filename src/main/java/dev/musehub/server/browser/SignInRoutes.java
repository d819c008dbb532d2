package dev.musehub.server.browser;

import dev.musehub.pages.repository.SignInPage;
import dev.musehub.server.access.Session;
import dev.musehub.server.browser.PageAnswer.FramedPage;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;

/** Signing in and out. */
public final class SignInRoutes {

    /** Bytes of the form: everybody may send it, and it holds a token and an address. */
    private static final int FORM_BYTES = 8 << 10;

    /** {@code GET /-/sign-in?to=ADDRESS}. */
    public PageAnswer form(PageRequest request) {
        return PageAnswer.of(SignInPage.of(local(request.query("to").orElse("/")), ""));
    }

    /** {@code POST /-/sign-in}. */
    public PageAnswer signIn(PageRequest request) throws SQLException {
        Map<String, String> form = Session.fields(request.call(), FORM_BYTES);
        String token = form.getOrDefault("token", "").strip();
        String to = local(form.getOrDefault("to", "/"));
        if (!Session.fitsCookie(token) || request.access().ofToken(request.call(), token).isEmpty()) {
            return new FramedPage(401, Optional.empty(), SignInPage.of(to,
                    "This token is unknown, expired or revoked."));
        }
        request.call().set("Set-Cookie", Session.setCookie(token, request.call().origin().secure()));
        return new PageAnswer.Redirect(to);
    }

    /** {@code POST /-/sign-out}. */
    public PageAnswer signOut(PageRequest request) {
        request.form();
        request.call().set("Set-Cookie", Session.setCookie("", false));
        return new PageAnswer.Redirect("/-/sign-in");
    }

    /** An address on this hub. Any other could be a trap that looks like the hub after signing in. */
    private static String local(String to) {
        return to.matches("/([A-Za-z0-9._~%?&=+:@!$'()*,;#-][\\x21-\\x7e&&[^\\\\]]*)?") ? to : "/";
    }
}
