package dev.musehub.client.git;

import dev.musehub.cli.Plural;
import dev.musehub.core.model.Value;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Counts what an import could not take from git. Confined to one thread. */
final class ImportOmissions {

    enum Reason {
        SYMLINK("symbolic link"),
        SUBMODULE("submodule"),
        EXECUTABLE_BIT("executable bit", " (the files are there)"),
        NEVER_RECORDED("path", " that Muse never records, such as build/, node_modules/, .env and *.pem"
                + " (--all-paths takes them)"),
        IMPOSSIBLE_PATH("path", " that Muse cannot have, such as those above 4,096 bytes or in .muse/"),
        NOT_UTF8("path", " not in UTF-8"),
        TOO_LARGE("file", " above 256 MiB, which this import does not take (commit them with Muse)"),
        ABSENT("file", " missing in the git repository itself"),
        OCTOPUS("parent", " of merges, after the second one"),
        SIGNATURE("signature", " of commits (they sign the ids of git)"),
        MESSAGE("end", " of commit messages above 1 MiB"),
        BRANCH("branch", " with a name that Muse does not allow"),
        TAG("tag", " without a commit");

        private final String noun;
        private final String rest;

        Reason(String noun) {
            this(noun, "");
        }

        Reason(String noun, String rest) {
            this.noun = noun;
            this.rest = rest;
        }
    }

    /** Different paths that are counted per reason; beyond them the message says "at least". */
    private static final int MOST_PATHS = 10_000;

    /** Characters of an example. */
    private static final int SHOWN = 100;

    private static final class Count {
        private final Set<String> paths = new LinkedHashSet<>();
        private long unnamed;

        long number() {
            return paths.size() + unnamed;
        }
    }

    private final Map<Reason, Count> counts = new EnumMap<>(Reason.class);

    /** Counts one thing that has no path. */
    void count(Reason reason) {
        count(reason, 1);
    }

    void count(Reason reason, long number) {
        if (number > 0) {
            counts.computeIfAbsent(reason, _ -> new Count()).unnamed += number;
        }
    }

    /** Counts a path or another name once, even if it is in many commits. */
    void count(Reason reason, String path) {
        Set<String> paths = counts.computeIfAbsent(reason, _ -> new Count()).paths;
        if (paths.size() < MOST_PATHS) {
            paths.add(path);
        }
    }

    /** One line of text per reason. */
    List<String> lines() {
        return counts.entrySet().stream().map(e -> {
            Count count = e.getValue();
            return "left out: " + (count.paths.size() == MOST_PATHS ? "at least " : "")
                    + Plural.of(count.number(), e.getKey().noun) + e.getKey().rest
                    + count.paths.stream().findFirst().map(path -> ", e.g. " + brief(path)).orElse("");
        }).toList();
    }

    private static String brief(String path) {
        return path.codePointCount(0, path.length()) <= SHOWN ? path
                : path.substring(0, path.offsetByCodePoints(0, SHOWN)) + "...";
    }

    /** The counts as JSON. */
    Value.Dict json() {
        Value.Builder all = Value.dict();
        counts.forEach((reason, count) -> all.put(reason.name().toLowerCase(Locale.ROOT), count.number()));
        return all.build();
    }
}
