package dev.musehub.server.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsExchange;
import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a request comes from, and at which address it meant to find the hub.
 *
 * @param caller behind all proxies that are trusted to tell
 * @param url scheme, host and port, as the caller sees them
 */
public record ClientAddress(InetAddress caller, String url) {

    /** Proxies in a row; nobody has more, and the header has no end. */
    private static final int PROXIES = 20;

    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9.:\\[\\]_-]{1,255}");
    private static final Pattern FOR = Pattern.compile("(?i)(?:^|;)\\s*for=\"?([^\";]*)\"?");
    private static final Pattern PROTO = Pattern.compile("(?i)(?:^|;)\\s*proto=\"?([a-z]+)\"?");

    /** What a hub believes about the way of its requests. */
    public record Trust(Optional<URI> publicUrl, List<Cidr> proxies) {

        private boolean of(InetAddress address) {
            return proxies.stream().anyMatch(range -> range.contains(address));
        }
    }

    boolean secure() {
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

    /** Read from the near end: each trusted proxy vouches for the address it adds, and for no other. */
    private static InetAddress caller(InetAddress peer, List<String> chain, Trust trust) {
        InetAddress caller = peer;
        for (String told : chain.reversed()) {
            if (!trust.of(caller)) {
                break;
            }
            Optional<InetAddress> address = address(told);
            if (address.isEmpty()) {
                break;
            }
            caller = address.get();
        }
        return caller;
    }

    /** {@code X-Forwarded-For}, or where there is none {@code Forwarded} (RFC 7239): its last items, in its order. */
    private static List<String> chain(Headers headers) {
        List<String> chain = items(headers, "X-Forwarded-For");
        if (chain.isEmpty()) {
            chain = items(headers, "Forwarded").stream().map(item -> first(FOR, item)).toList();
        }
        return chain.subList(Math.max(0, chain.size() - PROXIES), chain.size());
    }

    private static String proto(Headers headers) {
        List<String> told = items(headers, "X-Forwarded-Proto");
        if (told.isEmpty()) {
            told = items(headers, "Forwarded").stream().map(item -> first(PROTO, item)).toList();
        }
        return told.isEmpty() ? "" : told.getLast().toLowerCase(Locale.ROOT);
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

    /** {@code 192.0.2.7}, {@code 192.0.2.7:80}, {@code 2001:db8::1} or {@code [2001:db8::1]:80}. */
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
