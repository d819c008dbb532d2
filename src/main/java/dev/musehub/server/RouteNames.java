package dev.musehub.server;

import java.util.List;
import java.util.Set;

/** What a path is called where requests are counted: a name out of this class, never out of the path. */
final class RouteNames {

    static final String OTHER = "other";

    private static final Set<String> TOP = Set.of("healthz", "readyz", "health", "metrics");

    private static final Set<String> OWN = Set.of("account", "keys", "sign-in", "sign-out", "style.css", "icon.svg",
            "live.js", "search", "tokens", "new", "echo");

    private static final Set<String> OF_REPOSITORY = Set.of("refs", "lost", "push/presign", "push/parts",
            "push/confirm", "push/stream", "fetch", "fetch/presign", "fetch/objects", "tags", "reflog", "insights",
            "settings", "branches", "commits", "compare", "pushes", "pushes/live", "raw", "releases", "members", "tree",
            "file", "blob", "history", "search");

    private RouteNames() {
    }

    /** The name for the segments of a path. */
    static String of(List<String> path) {
        return switch (path.size()) {
            case 0 -> "home";
            case 1 -> TOP.contains(path.getFirst()) ? path.getFirst() : "owner";
            case 2 -> !path.getFirst().equals("-") ? "repository" : OWN.contains(path.get(1)) ? path.get(1) : OTHER;
            default -> ofRepository(path);
        };
    }

    private static String ofRepository(List<String> path) {
        if (path.getFirst().equals("-")) {
            return OWN.contains(path.get(1)) ? path.get(1) : OTHER;
        }
        if (path.get(2).equals("commits") && path.size() > 4 && path.get(4).equals("comments")) {
            return "comments";
        }
        String two = path.size() == 4 ? path.get(2) + "/" + path.get(3) : "";
        return OF_REPOSITORY.contains(two) ? two : OF_REPOSITORY.contains(path.get(2)) ? path.get(2) : OTHER;
    }
}
