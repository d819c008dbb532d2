package dev.musehub.jobs;

import dev.musehub.db.CommitRows.SignatureState;
import dev.musehub.model.Commit;
import dev.musehub.model.Sha256;
import dev.musehub.model.Value;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Counts commits, one after another; what it has counted can be put away and taken up again, so that a push costs what
 * is new. All kinds count into a map of numbers, apart from the breaking changes, which are listed. Confined to one
 * thread.
 */
final class Counting {

    private static final int TOP = 100;
    private static final int BREAKING = 50;

    /**
     * What there is to know of a commit.
     *
     * @param changed the paths in which it differs from its first parent
     * @param bytes raw bytes of the objects that its snapshot brought in
     */
    record Fact(Commit commit, SignatureState signature, Set<String> changed, long bytes) {

        String day() {
            return commit.committedInstant().withOffsetSameInstant(ZoneOffset.UTC).toLocalDate().toString();
        }
    }

    private final Kind kind;
    private final Map<String, Long> counts = new TreeMap<>();
    private final Map<String, String> days = new TreeMap<>();
    private final List<Value> breaking = new ArrayList<>();

    private Counting(Kind kind) {
        this.kind = kind;
    }

    /** Begins, or goes on from what {@link #state} gave. */
    static Counting of(Kind kind, Value.Dict state) {
        Counting counting = new Counting(kind);
        state.dict("counts").entries().forEach((key, n) -> counting.counts.put(key, n.asInt("count")));
        state.dict("days").entries().forEach((key, day) -> counting.days.put(key, day.asText("day")));
        counting.breaking.addAll(state.list("breaking"));
        return counting;
    }

    void add(Fact fact) {
        Commit commit = fact.commit();
        switch (kind) {
            case GROWTH -> count(fact.day(), fact.bytes());
            case ACTIVITY -> count(fact.day(), 1);
            case CONTRIBUTORS -> {
                String author = commit.author();
                count(author, 1);
                days.merge("first " + author, fact.day(), (a, b) -> a.compareTo(b) <= 0 ? a : b);
                days.merge("last " + author, fact.day(), (a, b) -> a.compareTo(b) >= 0 ? a : b);
            }
            case AGENTS -> {
                if (!commit.agentId().isEmpty() || !commit.modelId().isEmpty()) {
                    count(commit.agentId() + "\t" + commit.modelId(), 1);
                }
            }
            case CHURN -> fact.changed().forEach(path -> count(path, 1));
            case VERSIONS -> {
                count(commit.semVerBump(), 1);
                if (!commit.breakingChanges().isEmpty()) {
                    breaking.add(Value.dict().put("commit", commit.id().toString())
                            .put("changes", Value.texts(commit.breakingChanges())).build());
                    breaking.subList(0, Math.max(0, breaking.size() - BREAKING)).clear();
                }
            }
            case SIGNATURES -> count(fact.signature().text(), 1);
            case LANGUAGES, PROFILE -> throw new IllegalStateException(kind + " does not count commits");
        }
    }

    void count(String key, long amount) {
        // A key may come from a file's name or an author; a NUL has no place in the database's JSON.
        counts.merge(key.replace('\0', ' '), amount, Long::sum);
    }

    /** Removes what has come to nothing, as the bytes of a language whose last file went. */
    void dropZeros() {
        counts.values().removeIf(n -> n == 0);
    }

    Value.Dict state() {
        Value.Builder numbers = Value.dict();
        counts.forEach(numbers::put);
        Value.Builder texts = Value.dict();
        days.forEach((key, day) -> texts.put(key.replace('\0', ' '), day));
        return Value.dict().put("counts", numbers.build()).put("days", texts.build())
                .put("breaking", new Value.Array(breaking)).build();
    }

    /** What people see: by day in order of days, everything else the largest first. */
    Value.Dict value() {
        Comparator<Map.Entry<String, Long>> order = kind == Kind.GROWTH || kind == Kind.ACTIVITY || kind == Kind.PROFILE
                ? Map.Entry.comparingByKey()
                : Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey());
        List<Value> rows = new ArrayList<>();
        counts.entrySet().stream().sorted(order).limit(kind == Kind.CHURN ? TOP : Long.MAX_VALUE).forEach(e -> {
            Value.Builder row = Value.dict().put("name", e.getKey()).put("count", e.getValue());
            if (kind == Kind.CONTRIBUTORS) {
                row.put("first", days.getOrDefault("first " + e.getKey(), ""));
                row.put("last", days.getOrDefault("last " + e.getKey(), ""));
            }
            rows.add(row.build());
        });
        Value.Builder value = Value.dict().put("rows", new Value.Array(rows));
        if (kind == Kind.VERSIONS) {
            value.put("breaking", new Value.Array(breaking));
        }
        return value.build();
    }

    /** The extension that a file counts under. */
    static String language(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        int dot = name.lastIndexOf('.');
        return dot <= 0 || dot == name.length() - 1 ? "(none)" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    }

    /** Adds or takes away the bytes of one version of a file. */
    void language(String path, Sha256 object, Map<Sha256, Long> sizes, int sign) {
        count(language(path), sign * sizes.getOrDefault(object, 0L));
    }
}
