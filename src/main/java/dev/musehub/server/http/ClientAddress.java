package dev.musehub.server.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsExchange;
import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address of a client, and the address of the hub as the client sees it.
 *
 * @param caller the client, behind all trusted proxies
 * @param url scheme, host and port of the hub, without a slash at the end
 */
public record ClientAddress(InetAddress caller, String url) {

    /** Items of the header that are read, at most; a client may send any number. */
    private static final int PROXIES = 20;

    private static final List<String> PROXY_HEADERS =
            List.of("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Proto", "X-Real-IP");

    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9.:\\[\\]_-]{1,255}");
    private static final Pattern FOR = Pattern.compile("(?i)(?:^|;)\\s*for=\"?([^\";]*)\"?");
    private static final Pattern PROTO = Pattern.compile("(?i)(?:^|;)\\s*proto=\"?([a-z]+)\"?");

    /** The hub's public address, if it is configured, and the proxies whose headers the hub believes. */
    public record Trust(Optional<URI> publicUrl, List<Cidr> proxies) {

        private boolean of(InetAddress address) {
            return proxies.stream().anyMatch(range -> range.contains(address));
        }
    }

    /** Whether a request came through a proxy: by its headers, or by HTTP/1.0, which nginx uses by default. */
    static boolean passedProxy(HttpExchange exchange) {
        return PROXY_HEADERS.stream().anyMatch(exchange.getRequestHeaders()::containsKey)
                || exchange.getProtocol().equals("HTTP/1.0");
    }

    /** Whether the client uses https, as far as the hub knows. */
    public boolean secure() {
        return url.startsWith("https:");
    }

    public static ClientAddress of(HttpExchange exchange, Trust trust) {
        InetAddress peer = exchange.getRemoteAddress().getAddress();
        boolean https = exchange instanceof HttpsExchange;
        Headers headers = exchange.getRequestHeaders();
        InetAddress caller = peer;
        if (trust.of(peer)) {
            caller = caller(peer, chain(headers), trust);
            https |= "https".equalsIgnoreCase(proto(headers));
        }
        String host = Optional.ofNullable(headers.getFirst("Host")).filter(h -> HOST.matcher(h).matches())
                .orElse("HUB");
        String url = (https ? "https://" : "http://") + host;
        return new ClientAddress(caller, trust.publicUrl().map(URI::toString).orElse(url));
    }

    /** Reads the chain from its end. A trusted proxy proves only the one address that it added. */
    private static InetAddress caller(InetAddress peer, List<String> chain, Trust trust) {
        InetAddress caller = peer;
        for (String item : chain.reversed()) {
            if (!trust.of(caller)) {
                break;
            }
            Optional<InetAddress> address = address(item);
            if (address.isEmpty()) {
                break;
            }
            caller = address.get();
        }
        return caller;
    }

    private static List<String> chain(Headers headers) {
        List<String> chain = forwarded(headers, "X-Forwarded-For", FOR);
        return chain.subList(Math.max(0, chain.size() - PROXIES), chain.size());
    }

    private static String proto(Headers headers) {
        List<String> protos = forwarded(headers, "X-Forwarded-Proto", PROTO);
        return protos.isEmpty() ? "" : protos.getLast();
    }

    /** The items of a header; if there are none, the same of {@code Forwarded} (RFC 7239). */
    private static List<String> forwarded(Headers headers, String name, Pattern pattern) {
        List<String> items = items(headers, name);
        return !items.isEmpty() ? items
                : items(headers, "Forwarded").stream().map(item -> first(pattern, item)).toList();
    }

    private static List<String> items(Headers headers, String name) {
        List<String> items = new ArrayList<>();
        for (String line : headers.getOrDefault(name, List.of())) {
            for (String item : line.split(",")) {
                items.add(item.strip());
            }
        }
        return items;
    }

    private static String first(Pattern pattern, String item) {
        Matcher found = pattern.matcher(item);
        return found.find() ? found.group(1) : "";
    }

    /** Parses {@code 192.0.2.7}, {@code 192.0.2.7:80}, {@code 2001:db8::1} or {@code [2001:db8::1]:80}. */
    private static Optional<InetAddress> address(String text) {
        String bare = text.startsWith("[") ? text.replaceFirst("^\\[(.*)\\](:[0-9]+)?$", "$1")
                : text.indexOf(':') == text.lastIndexOf(':') ? text.replaceFirst(":[0-9]+$", "") : text;
        try {
            return Optional.of(InetAddress.ofLiteral(bare));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
