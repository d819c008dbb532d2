package dev.musehub.server.http;

import dev.musehub.core.model.CodePoints;
import dev.musehub.core.model.Problem;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The path and the query of a request. */
final class RequestTarget {

    private final URI uri;
    private final List<String> segments = new ArrayList<>();

    RequestTarget(URI uri) {
        this.uri = uri;
        for (String raw : uri.getRawPath().split("/")) {
            if (!raw.isEmpty()) {
                segments.add(decode(raw));
            }
        }
    }

    /** The decoded segments of the path. One that cannot be decoded becomes empty, which no route matches. */
    List<String> segments() {
        return segments;
    }

    /** A parameter of the query, without decoding. */
    Optional<String> query(String name) {
        String raw = uri.getRawQuery();
        if (raw != null) {
            for (String pair : raw.split("&")) {
                int equals = pair.indexOf('=');
                if (equals > 0 && decode(pair.substring(0, equals)).equals(name)) {
                    return Optional.of(pair.substring(equals + 1));
                }
            }
        }
        return Optional.empty();
    }

    /** Undoes percent encoding; empty where it is malformed. */
    static String decode(String raw) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%' && hex(raw, i + 1) >= 0 && hex(raw, i + 2) >= 0) {
                bytes.write(hex(raw, i + 1) * 16 + hex(raw, i + 2));
                i += 2;
            } else if (c < 0x80 && c != '%') {
                bytes.write(c);
            } else {
                return "";
            }
        }
        try {
            return CodePoints.decode(bytes.toByteArray());
        } catch (Problem e) {
            return "";
        }
    }

    private static int hex(String s, int at) {
        return at < s.length() ? Character.digit(s.charAt(at), 16) : -1;
    }
}
