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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;

/**
 * Counts commits; their order does not matter. The state can be stored and loaded again, so that a push costs only its
 * new commits. All kinds count into a map of numbers; only the breaking changes are a list. Confined to one thread.
 *
 * <p>A state keeps at most {@link #KEPT} names, those with the largest counts. Among equals, those counted since it was
 * loaded stay, else a new name would never get its second count. A name that was dropped and comes again is counted
 * anew. Of days, the earliest ones become one, so sums stay whole.
 */
final class Counting {

    /** Names that a state keeps. Up to here its figures are exact. */
    static final int KEPT = 10_000;
    /** Files, or pairs of them, that are shown: those that changed most. */
    static final int TOP = 100;
    /** Rows shown of any other kind. */
    private static final int SHOWN = 1000;
    /** Commits with breaking changes that are kept: the latest. */
    static final int BREAKING = 50;
    private static final int CHANGES = 20;
    /** Characters kept of a name, since commits may hold names of any length. */
    private static final int NAME = 256;
    /** Files of a commit whose pairs are counted: more of them change for a reason that they all share. */
    private static final int PAIRED = 20;
    /** Test runs counted of one commit: the field is free, and sums must not overflow. */
    private static final long TEST_RUNS = 1_000_000;
    /** How deep operations may lie in operations. */
    private static final int NESTED = 3;
    private static final String DROPPED = "dropped";

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
    private final NavigableMap<String, Long> counts = new TreeMap<>();
    /** The names counted since the state was loaded. */
    private final Set<String> fresh = new HashSet<>();
    private boolean dropped;
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
        counting.dropped = isPartial(state);
        return counting;
    }

    /** Whether names were dropped from a state. */
    static boolean isPartial(Value.Dict state) {
        return state.bool(DROPPED, false);
    }

    void add(Fact fact) {
        count(fact);
        if (counts.size() > 2 * KEPT) {
            drop();
        }
    }

    private void count(Fact fact) {
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
                fact.change().set().keySet().forEach(path -> count(name(path), 1));
                fact.change().del().forEach(path -> count(name(path), 1));
            }
            case VERSIONS -> {
                count(name(commit.semVerBump()), 1);
                if (!commit.breakingChanges().isEmpty()) {
                    breaks(commit);
                }
            }
            case SIGNATURES -> count(fact.signature().text(), 1);
            // What a merge brings was counted with the commits that it merges.
            case SIZES -> count(size(fact.change().size()), commit.parent2().isPresent() ? 0 : 1);
            case TOGETHER -> pairs(commit.parent2().isPresent() ? ManifestDelta.EMPTY : fact.change());
            case REVIEWS -> commit.reviewedBy().stream().map(Counting::name).distinct().forEach(who -> count(who, 1));
            case TESTS -> count(fact.day().toString(), Math.clamp(commit.testRuns(), 0, TEST_RUNS));
            case METADATA -> commit.metadata().forEach((key, value) -> count(name(key) + "\t" + name(value), 1));
            case OPERATIONS -> commit.structuredDelta().ifPresent(delta -> operations(delta, "domain", "ops", NESTED));
            case LANGUAGES, ASSETS, DIRECTORIES, GROWTH, PROFILE ->
                throw new IllegalStateException(kind + " does not count commits");
        }
    }

    private static String size(int files) {
        return files <= 1 ? String.valueOf(files) : files <= 5 ? "2-5" : files <= 20 ? "6-20"
                : files <= 100 ? "21-100" : "101+";
    }

    private void pairs(ManifestDelta change) {
        if (change.size() > PAIRED) {
            return;
        }
        List<String> paths = Stream.concat(change.set().keySet().stream(), change.del().stream()).map(Counting::name)
                .sorted().distinct().toList();
        for (int i = 0; i < paths.size(); i++) {
            for (String other : paths.subList(i + 1, paths.size())) {
                count(paths.get(i) + "\t" + other, 1);
            }
        }
    }

    /** Counts the operations of a delta, and those in them. It may have any form: what is no operation is left out. */
    private void operations(Value delta, String domainKey, String opsKey, int deep) {
        if (deep > 0 && delta instanceof Value.Dict dict
                && dict.get(opsKey).orElse(Value.NULL) instanceof Value.Array ops) {
            String domain = dict.get(domainKey).orElse(Value.NULL) instanceof Value.Text it ? name(it.value()) : "";
            for (Value op : ops.items()) {
                if (op instanceof Value.Dict it && it.get("op").orElse(Value.NULL) instanceof Value.Text text) {
                    count(domain + "\t" + name(text.value()), 1);
                }
                operations(op, "child_domain", "child_ops", deep - 1);
            }
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
            fresh.add(key);
        }
    }

    /** Drops what there is no room for. */
    private void drop() {
        while (kind.byDay() && counts.size() > KEPT) {
            long earliest = counts.pollFirstEntry().getValue();
            counts.merge(counts.firstKey(), earliest, Long::sum);
        }
        if (counts.size() > KEPT) {
            Comparator<String> largest = Comparator.comparing(name -> -counts.get(name));
            List<String> names = counts.keySet().stream().sorted(largest.thenComparing(name -> !fresh.contains(name))
                    .thenComparing(Comparator.naturalOrder())).toList();
            counts.keySet().removeAll(new HashSet<>(names.subList(KEPT, names.size())));
            days.keySet().removeIf(key -> !counts.containsKey(key.substring(key.indexOf(' ') + 1)));
            dropped = true;
        }
        fresh.retainAll(counts.keySet());
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

    /** What to go on from. Drops what there is no room for. */
    Value.Dict state() {
        drop();
        Value.Builder numbers = Value.dict();
        counts.forEach(numbers::put);
        Value.Builder texts = Value.dict();
        days.forEach(texts::put);
        Value.Builder state = Value.dict().put("counts", numbers.build()).put("days", texts.build())
                .put("breaking", new Value.Array(breaking));
        return (dropped ? state.put(DROPPED, true) : state).build();
    }

    /** The rows to show: days and sizes in their order, everything else the largest first. */
    Value.Dict value() {
        Value.Builder value = Value.dict().put("rows", new Value.Array(switch (kind) {
            case ACTIVITY, TESTS, PROFILE -> counts.entrySet().stream().<Value>map(e -> row(e).build()).toList();
            case SIZES -> counts.entrySet().stream()
                    .sorted(Comparator.comparingInt(e -> Integer.parseInt(e.getKey().split("\\D")[0])))
                    .<Value>map(e -> row(e).build()).toList();
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
                .limit(kind == JobKind.CHURN || kind == JobKind.TOGETHER ? TOP : SHOWN)
                .<Value>map(e -> kind == JobKind.CONTRIBUTORS
                        ? row(e).put("first", days.getOrDefault("first " + e.getKey(), ""))
                                .put("last", days.getOrDefault("last " + e.getKey(), "")).build()
                        : kind.second().map(second -> inTwo(e, second)).orElseGet(() -> row(e)).build()).toList();
    }

    private static Value.Builder inTwo(Map.Entry<String, Long> e, String second) {
        int tab = e.getKey().indexOf('\t');
        return Value.dict().put("name", e.getKey().substring(0, tab)).put(second, e.getKey().substring(tab + 1))
                .put("count", e.getValue());
    }

    /** Adds ({@code sign} 1) or subtracts (-1) the bytes of one version of a file. */
    void file(String path, Sha256 object, Map<Sha256, Long> sizes, int sign) {
        FileGroups.of(kind, path).ifPresent(group -> count(name(group), sign * sizes.getOrDefault(object, 0L)));
    }
}
