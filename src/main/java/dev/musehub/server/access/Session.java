package dev.musehub.server.access;

import dev.musehub.core.model.Account;
import dev.musehub.core.model.Problem;
import dev.musehub.server.http.Exchange;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The session of a browser. The cookie holds the token with which the user signed in (decisions.md, "The cookie is the
 * token"): every hub on the same database can answer, and revoking the token ends its sessions. Only pages read the
 * cookie. The endpoints for programs read only the {@code Authorization} header, which no other site can make a browser
 * send.
 *
 * @param viewer the account that is signed in
 * @param csrf what forms must contain: a keyed hash of the token, which another site cannot know
 */
public record Session(Optional<Account> viewer, String csrf) {

    private static final String COOKIE = "musehub";
    private static final int DAYS = 30;
    private static final int FORM_BYTES = 256 << 10;

    /** The session of a request; without a viewer if the cookie is absent or no longer valid. */
    public static Session of(Exchange call, Access access) throws SQLException {
        Optional<String> token = cookie(call);
        Optional<Account> viewer = token.isEmpty() ? Optional.empty() : access.ofToken(call, token.get());
        return new Session(viewer, viewer.isPresent() ? csrf(token.get()) : "");
    }

    private static Optional<String> cookie(Exchange call) {
        for (String part : call.header("Cookie").orElse("").split(";")) {
            String pair = part.strip();
            if (pair.startsWith(COOKIE + "=") && pair.length() > COOKIE.length() + 1) {
                return Optional.of(pair.substring(COOKIE.length() + 1));
            }
        }
        return Optional.empty();
    }

    /** The header that begins a session, or with an empty token ends it. */
    public static String setCookie(String token, boolean secure) {
        return COOKIE + "=" + token + "; Path=/; HttpOnly; SameSite=Lax; Max-Age="
                + (token.isEmpty() ? 0 : DAYS * 24 * 3600) + (secure ? "; Secure" : "");
    }

    /** Whether {@code token} is possible in a cookie; all tokens that this hub creates are. */
    public static boolean fitsCookie(String token) {
        return token.matches("[A-Za-z0-9._~+/=-]{1,512}");
    }

    /**
     * The fields of a form from a page of this hub, sent by a viewer who is signed in.
     *
     * @throws Problem {@code forbidden} for any other form
     */
    public Map<String, String> form(Exchange call) {
        Map<String, String> fields = fields(call);
        byte[] given = fields.getOrDefault("csrf", "").getBytes(StandardCharsets.UTF_8);
        if (viewer.isEmpty() || !MessageDigest.isEqual(given, csrf.getBytes(StandardCharsets.UTF_8))) {
            throw new Problem(Problem.Code.FORBIDDEN, "this form is not from a page of this hub, or you have signed"
                    + " out; go back, reload the page and send it again");
        }
        return fields;
    }

    /**
     * The fields of a form; nobody needs to be signed in.
     *
     * @throws Problem {@code forbidden} where another site sent it
     */
    public static Map<String, String> fields(Exchange call) {
        return fields(call, FORM_BYTES);
    }

    /** The fields of a form of at most so many bytes; throws the same problem. */
    public static Map<String, String> fields(Exchange call, int most) {
        if (!isOurs(call)) {
            throw new Problem(Problem.Code.FORBIDDEN, "another site sent this form");
        }
        Map<String, String> fields = new LinkedHashMap<>();
        String body = new String(call.bodyBytes(most), StandardCharsets.UTF_8);
        for (String pair : body.split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                fields.putIfAbsent(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
            }
        }
        return fields;
    }

    /**
     * Whether a page of this hub sent the form, as far as the browser says. To a hub reached by plain http browsers
     * send no {@code Sec-Fetch-Site}, and old ones never do: there {@code Origin} counts, or else {@code Referer}. Only
     * the host is compared: a proxy that does not tell the scheme changes it.
     */
    private static boolean isOurs(Exchange call) {
        Optional<String> site = call.header("Sec-Fetch-Site");
        if (site.isPresent()) {
            return site.get().equals("same-origin") || site.get().equals("none");
        }
        Optional<String> from = call.header("Origin").or(() -> call.header("Referer"));
        return from.isEmpty() || host(from.get()).equals(host(call.origin().url()))
                || host(from.get()).equals(host(call.header("Host").orElse("")));
    }

    private static String host(String url) {
        return url.replaceFirst("^[A-Za-z]+://", "").replaceFirst("/.*", "").replaceFirst(":(80|443)$", "")
                .toLowerCase(Locale.ROOT);
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new Problem(Problem.Code.BAD_REQUEST, "the form is not encoded as forms are", e);
        }
    }

    private static String csrf(String token) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(token.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal("form".getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform has HmacSHA256", e);
        }
    }
}
