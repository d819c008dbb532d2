package dev.musehub.postgres;

import dev.musehub.core.model.Problem;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The address of a database: a JDBC URL, or the {@code postgres://} URL that most platforms set. */
final class DatabaseUrl {

    private DatabaseUrl() {
    }

    /**
     * The JDBC URL of {@code text}.
     *
     * @throws Problem {@code bad-request} if it is neither
     */
    static String jdbc(String text) {
        if (text.startsWith("jdbc:postgresql:")) {
            return text;
        }
        if (!text.matches("postgres(ql)?://.*")) {
            throw wrong();
        }
        try {
            URI url = new URI(text);
            if (url.getHost() == null) {
                throw wrong();
            }
            List<String> query = new ArrayList<>();
            if (url.getRawUserInfo() != null) {
                String[] parts = url.getRawUserInfo().split(":", 2);
                query.add("user=" + encoded(parts[0]));
                if (parts.length == 2) {
                    query.add("password=" + encoded(parts[1]));
                }
            }
            if (url.getRawQuery() != null) {
                query.add(url.getRawQuery());
            }
            return "jdbc:postgresql://" + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort())
                    + (url.getRawPath().isEmpty() ? "/" : url.getRawPath())
                    + (query.isEmpty() ? "" : "?" + String.join("&", query));
        } catch (URISyntaxException e) {
            throw wrong();
        }
    }

    /** In the part before the host a plus sign is itself; in a query it would be a space. */
    private static String encoded(String part) {
        String plain = URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
        return URLEncoder.encode(plain, StandardCharsets.UTF_8);
    }

    /** The text may hold a password, so the message does not show it. */
    private static Problem wrong() {
        return new Problem(Problem.Code.BAD_REQUEST, "the address of the database (--database-url, DATABASE_URL) must"
                + " look like jdbc:postgresql://host/name?user=NAME&password=SECRET, or"
                + " postgres://NAME:SECRET@host/name with %40 and the like for special characters");
    }
}
