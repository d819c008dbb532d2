package dev.musehub.server;

import dev.musehub.server.http.Exchange;
import dev.musehub.server.http.RouteHandler;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One line of the table of routes.
 *
 * @param audience who asks here; programs and browsers may share an address
 * @param method {@code GET} stands for {@code HEAD} too, {@link #ANY} for all
 * @param pattern the parts of the path: a word, a variable such as <code>{slug}</code>, or at the end one such as
 *     <code>{path...}</code>, which takes one part or more. No owner is called {@code -}.
 * @param name the name in metrics and log, which never comes from a path
 */
record Route(Audience audience, String method, List<String> pattern, String name, RouteHandler handler) {

    /** Which requests a route is for. */
    enum Audience {
        /** Tools that watch the hub. They are answered without limits, and while the hub stops. */
        OPERATOR,
        /** Programs, and every other client. */
        PROGRAM,
        /** Browsers, at an address that programs do not use. */
        BROWSER,
        /** Browsers, which the {@code Accept} header tells from programs. */
        HTML,
        /** Forms, which the {@code Content-Type} tells from what programs send. */
        FORM
    }

    static final String ANY = "*";

    private static final String OWNER = "{owner}";
    private static final String REST = "...}";

    Route(Audience audience, String method, String pattern, String name, RouteHandler handler) {
        this(audience, method, pattern.isEmpty() ? List.of() : List.of(pattern.split("/")), name, handler);
    }

    /** Whether {@code path} fits the pattern. */
    boolean at(List<String> path) {
        int parts = pattern.size();
        boolean open = parts > 0 && pattern.getLast().endsWith(REST);
        if (open ? path.size() < parts : path.size() != parts) {
            return false;
        }
        for (int i = 0; i < parts; i++) {
            String part = pattern.get(i);
            boolean fits = part.equals(OWNER) ? !path.get(i).equals("-")
                    : part.charAt(0) == '{' || part.equals(path.get(i));
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    /** Whether the route answers requests of this method. */
    boolean takes(String asked) {
        return method.equals(ANY) || method.equals(asked.equals("HEAD") ? "GET" : asked);
    }

    /** Whether {@code call} comes from the audience of this route. */
    boolean isFor(Exchange call) {
        return switch (audience) {
            case OPERATOR, PROGRAM, BROWSER -> true;
            case HTML -> call.header("Accept").orElse("").contains("text/html");
            case FORM -> call.header("Content-Type").orElse("").startsWith("application/x-www-form-urlencoded");
        };
    }

    /** The values of the variables in {@code path}, which fits the pattern. */
    Map<String, String> parameters(List<String> path) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < pattern.size(); i++) {
            String part = pattern.get(i);
            if (part.endsWith(REST)) {
                values.put(part.substring(1, part.length() - REST.length()),
                        String.join("/", path.subList(i, path.size())));
            } else if (part.charAt(0) == '{') {
                values.put(part.substring(1, part.length() - 1), path.get(i));
            }
        }
        return values;
    }
}
