package dev.musehub.jobs;

import dev.musehub.core.history.Commit;
import dev.musehub.core.history.ManifestDelta;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.rows.CommitRows.SignatureState;
import dev.musehub.json.JsonValues;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;

/**
 * Counts commits; their order does not matter. The state can be stored and loaded again, so that a push costs only its
 * new commits. All kinds count into a map of numbers; only the breaking changes are a list. Confined to one thread.
 */
final class Counting {

    /** All files are counted, these many shown: those that changed most. */
    static final int TOP = 100;
    /** Rows shown of any other kind. */
    private static final int SHOWN = 1000;
    /** Commits with breaking changes that are kept: the latest. */
    static final int BREAKING = 50;
    private static final int CHANGES = 20;
    /** Characters kept of a name, since commits may hold names of any length. */
    private static final int NAME = 256;

    private static final LocalDate FIRST_DAY = LocalDate.of(1, 1, 1);
    private static final LocalDate LAST_DAY = LocalDate.of(9999, 12, 31);

    private static final Comparator<Value> LATEST = Comparator
            .comparing((Value v) -> Instant.parse(v.asDict("breaking").text("at", "")))
            .thenComparing(v -> v.asDict("breaking").text("commit", "")).reversed();

    /**
     * What is counted of a commit.
     *
     * @param change from the first parent's files to its own; empty for kinds that do not need it
     */
    record Fact(Commit commit, SignatureState signature, ManifestDelta change) {

        /** The day in UTC, within the years that PostgreSQL stores as the same day. */
        LocalDate day() {
            LocalDate day = commit.committedInstant().withOffsetSameInstant(ZoneOffset.UTC).toLocalDate();
            return day.isBefore(FIRST_DAY) ? FIRST_DAY : day.isAfter(LAST_DAY) ? LAST_DAY : day;
        }
    }

    private final JobKind kind;
    private final Map<String, Long> counts = new TreeMap<>();
    private final Map<String, String> days = new TreeMap<>();
    private final List<Value> breaking = new ArrayList<>();

    private Counting(JobKind kind) {
        this.kind = kind;
    }

    /** Continues from {@code state}, which {@link #state} returned; an empty one begins anew. */
    static Counting of(JobKind kind, Value.Dict state) {
        Counting counting = new Counting(kind);
        state.dict("counts").entries().forEach((key, n) -> counting.counts.put(key, n.asInt("count")));
        state.dict("days").entries().forEach((key, day) -> counting.days.put(key, day.asText("day")));
        counting.breaking.addAll(state.list("breaking"));
        return counting;
    }

    void add(Fact fact) {
        Commit commit = fact.commit();
        switch (kind) {
            case ACTIVITY -> count(fact.day().toString(), 1);
            case CONTRIBUTORS -> {
                String author = name(commit.author());
                count(author, 1);
                day("first " + author, fact, (a, b) -> a.compareTo(b) <= 0 ? a : b);
                day("last " + author, fact, (a, b) -> a.compareTo(b) >= 0 ? a : b);
            }
            case AGENTS -> {
                if (!commit.agentId().isEmpty() || !commit.modelId().isEmpty()) {
                    count(name(commit.agentId()) + "\t" + name(commit.modelId()), 1);
                }
            }
            case CHURN -> {
                fact.change().set().keySet().forEach(path -> count(path, 1));
                fact.change().del().forEach(path -> count(path, 1));
            }
            case VERSIONS -> {
                count(name(commit.semVerBump()), 1);
                if (!commit.breakingChanges().isEmpty()) {
                    breaks(commit);
                }
            }
            case SIGNATURES -> count(fact.signature().text(), 1);
            case LANGUAGES, GROWTH, PROFILE -> throw new IllegalStateException(kind + " does not count commits");
        }
    }

    private void breaks(Commit commit) {
        breaking.add(Value.dict().put("commit", commit.id().toString())
                .put("at", commit.committedInstant().toInstant().toString())
                .put("changes", Value.texts(commit.breakingChanges().stream().limit(CHANGES).map(Counting::name)
                        .toList())).build());
        breaking.sort(LATEST);
        breaking.subList(Math.min(BREAKING, breaking.size()), breaking.size()).clear();
    }

    private void day(String key, Fact fact, BinaryOperator<String> better) {
        days.merge(key, fact.day().toString(), better);
    }

    void count(String key, long amount) {
        // No zeros: a language without files is not shown, as if it had never had any.
        long sum = counts.getOrDefault(key, 0L) + amount;
        if (sum == 0) {
            counts.remove(key);
        } else {
            counts.put(key, sum);
        }
    }

    /** A name from a commit, of bounded length. Tabs are replaced, because a tab separates two names in a key. */
    private static String name(String text) {
        String line = text.replace('\0', ' ').replace('\t', ' ');
        int end = line.length() <= NAME ? line.length() : line.offsetByCodePoints(0, Math.min(NAME,
                line.codePointCount(0, line.length())));
        return line.substring(0, end);
    }

    static String json(Value value) {
        return new String(JsonValues.encode(value), StandardCharsets.UTF_8);
    }

    static Value.Dict parsed(String json) {
        return JsonValues.decode(json.getBytes(StandardCharsets.UTF_8)).asDict("state");
    }

    Value.Dict state() {
        Value.Builder numbers = Value.dict();
        counts.forEach(numbers::put);
        Value.Builder texts = Value.dict();
        days.forEach(texts::put);
        return Value.dict().put("counts", numbers.build()).put("days", texts.build())
                .put("breaking", new Value.Array(breaking)).build();
    }

    /** The rows to show: days in their order, everything else the largest first. */
    Value.Dict value() {
        Value.Builder value = Value.dict().put("rows", new Value.Array(switch (kind) {
            case ACTIVITY, PROFILE -> counts.entrySet().stream().<Value>map(e -> row(e).build()).toList();
            case GROWTH -> growth();
            default -> largest();
        }));
        if (kind == JobKind.VERSIONS) {
            value.put("breaking", new Value.Array(breaking));
        }
        return value.build();
    }

    private static Value.Builder row(Map.Entry<String, Long> e) {
        return Value.dict().put("name", e.getKey()).put("count", e.getValue());
    }

    private List<Value> growth() {
        List<Value> rows = new ArrayList<>();
        long total = 0;
        for (Map.Entry<String, Long> e : counts.entrySet()) {
            total += e.getValue();
            rows.add(row(e).put("total", total).build());
        }
        return rows;
    }

    private List<Value> largest() {
        return counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .limit(kind == JobKind.CHURN ? TOP : SHOWN)
                .<Value>map(e -> switch (kind) {
                    case CONTRIBUTORS -> row(e).put("first", days.getOrDefault("first " + e.getKey(), ""))
                            .put("last", days.getOrDefault("last " + e.getKey(), "")).build();
                    case AGENTS -> Value.dict().put("name", e.getKey().substring(0, e.getKey().indexOf('\t')))
                            .put("model", e.getKey().substring(e.getKey().indexOf('\t') + 1))
                            .put("count", e.getValue()).build();
                    default -> row(e).build();
                }).toList();
    }

    /** The extension under which a file is counted. */
    static String language(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        int dot = name.lastIndexOf('.');
        return dot <= 0 || dot == name.length() - 1 ? "(none)" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    }

    /** Adds ({@code sign} 1) or subtracts (-1) the bytes of one version of a file. */
    void language(String path, Sha256 object, Map<Sha256, Long> sizes, int sign) {
        count(language(path), sign * sizes.getOrDefault(object, 0L));
    }
}
