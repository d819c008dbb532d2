package dev.musehub.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.musehub.core.history.Commit;
import dev.musehub.core.history.Ids;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.wire.Lease;
import dev.musehub.core.wire.Limits;
import dev.musehub.jobs.InsightRows.Insight;
import dev.musehub.testing.History;
import dev.musehub.testing.MemoryStore;
import dev.musehub.testing.PushFixture;
import java.io.ByteArrayInputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the jobs count, on a real PostgreSQL. */
@Tag("T5")
class InsightsT5Test {

    private final PushFixture bench = new PushFixture(new MemoryStore());
    private final Insights insights = new Insights(bench.pool());

    @AfterEach
    void close() {
        bench.close();
    }

    /** A turn that nobody takes away, and that breaks off after some pages. */
    private final class Undisturbed implements JobLease {
        private int pages;

        Undisturbed(int pages) {
            this.pages = pages;
        }

        @Override
        public void renew() {
            if (pages-- == 0) {
                throw new JobLease.Ended("test");
            }
        }

        @Override
        public void write(LeasedWork part) throws SQLException {
            try (Connection c = bench.pool().acquire("test")) {
                c.setAutoCommit(false);
                part.write(c);
                c.commit();
            }
        }
    }

    private Map<JobKind, Insight> run(long repo) throws SQLException {
        Map<JobKind, Insight> results = new EnumMap<>(JobKind.class);
        for (JobKind kind : JobKind.values()) {
            Undisturbed turn = new Undisturbed(-1);
            turn.write(insights.run(kind, repo, turn));
            results.put(kind, one(kind, repo));
        }
        return results;
    }

    private Insight one(JobKind kind, long repo) throws SQLException {
        try (Connection c = bench.pool().acquire("test")) {
            return InsightRows.one(c, repo, kind.text()).orElseThrow();
        }
    }

    private Map<JobKind, Insight> fromScratch(long repo) throws SQLException {
        bench.sql("delete from insights; delete from objects_first_seen");
        return run(repo);
    }

    private static Commit at(Commit commit, String time) {
        return copy(commit, time, commit.author(), commit.semVerBump(), List.of(), "", "");
    }

    private static Commit copy(Commit c, String time, String author, String bump, List<String> breaking, String agent,
            String model) {
        return new Commit(Ids.commit(c.parents(), c.snapshotId(), c.message(), time), c.repoId(), c.branch(),
                c.snapshotId(), c.message(), time, c.parent1(), c.parent2(), author, c.metadata(), c.structuredDelta(),
                bump, breaking, agent, model, "", "", "", "", 5, List.of(), 0);
    }

    private static <T> T one(Random random, List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    /** Details that come in any order: days go back and forth, as those of merged branches do. */
    private static Commit details(Random random, Commit commit) {
        String time = String.format("2026-03-%02dT%02d:30:00%s", 1 + random.nextInt(28), random.nextInt(24),
                one(random, List.of("+00:00", "+09:00", "-11:00")));
        return told(copy(commit, time, one(random, List.of("Ann", "Bob", "Cy\0d", "")),
                one(random, List.of("none", "patch", "minor", "major")),
                random.nextBoolean() ? List.of() : List.of("broke " + commit.message()),
                one(random, List.of("", "agent-1", "agent\t2")), one(random, List.of("", "model"))),
                random.nextBoolean() ? Map.of() : Map.of("section", one(random, List.of("verse", "a\tb"))),
                Value.dict().put("domain", "midi").put("ops", operations(one(random, List.of("insert", "delete"))))
                        .build(),
                random.nextBoolean() ? List.of() : List.of("Ann", "R\0"), random.nextInt(4));
    }

    /** A commit with what Muse can note beside its files. */
    private static Commit told(Commit c, Map<String, String> metadata, Value delta, List<String> reviewers, long runs) {
        return new Commit(c.id(), c.repoId(), c.branch(), c.snapshotId(), c.message(), c.committedAt(), c.parent1(),
                c.parent2(), c.author(), metadata, Optional.of(delta), c.semVerBump(), c.breakingChanges(), c.agentId(),
                c.modelId(), "", "", "", "", 5, reviewers, runs);
    }

    private static Value operations(String... names) {
        return new Value.Array(Stream.of(names).<Value>map(op -> Value.dict().put("op", op).build()).toList());
    }

    private static void grow(Random random, History history, String name) {
        List<Commit> commits = history.commits();
        for (int n = 1 + random.nextInt(4); n > 0; n--) {
            Sha256 parent = random.nextInt(4) == 0 ? one(random, commits).id() : commits.getLast().id();
            Sha256 other = one(random, commits).id();
            List<Sha256> parents = random.nextInt(3) > 0 || other.equals(parent) ? List.of(parent)
                    : List.of(parent, other);
            Map<String, String> files = new TreeMap<>();
            for (int f = random.nextInt(4); f > 0; f--) {
                // Few contents, so that objects come back; some are empty.
                files.put("d/file" + random.nextInt(6) + one(random, List.of(".java", ".md", "")),
                        "x".repeat(random.nextInt(8)));
            }
            Set<String> deleted = new HashSet<>();
            if (random.nextBoolean()) {
                deleted.add("d/file" + random.nextInt(6) + ".java");
            }
            history.commit(name + " " + n, parents, files, deleted, commit -> details(random, commit));
        }
    }

    private void force(History history, Sha256 head) {
        bench.push(history.push(History.header("main", Optional.of(head), true, new Lease.None()),
                history.objects().keySet(), history.commits()));
    }

    /** Counting on gives what counting anew would, whatever was pushed, moved back or forced. */
    @Test
    void countingOnGivesTheSameAsCountingFromTheBeginning() throws SQLException {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        History history = History.line("start", 2);
        bench.push(history.push("main"));
        long repo = bench.repository().id();
        run(repo);
        for (int round = 0; round < 20; round++) {
            grow(random, history, "round " + round);
            Sha256 head = random.nextInt(4) == 0 ? one(random, history.commits()).id() : history.head();
            force(history, head);
            if (random.nextInt(3) == 0) {
                // The hub stops in the middle, and the branch may have moved when it starts again.
                Undisturbed turn = new Undisturbed(0);
                try {
                    insights.run(JobKind.GROWTH, repo, turn);
                } catch (JobLease.Ended e) {
                    head = random.nextBoolean() ? head : one(random, history.commits()).id();
                    force(history, head);
                }
            }
            Map<JobKind, Insight> counted = run(repo);
            // What was counted on is put back afterwards: otherwise each round would begin from scratch.
            bench.sql("create table kept as select * from insights; create table kept_seen as"
                    + " select * from objects_first_seen");
            Map<JobKind, Insight> scratch = fromScratch(repo);
            bench.sql("delete from insights; insert into insights select * from kept; drop table kept;"
                    + " delete from objects_first_seen; insert into objects_first_seen select * from kept_seen;"
                    + " drop table kept_seen");
            for (JobKind kind : JobKind.values()) {
                assertEquals(scratch.get(kind), counted.get(kind), "seed " + seed + " round " + round);
                assertEquals(Optional.of(head), counted.get(kind).head());
            }
        }
    }

    /** Pages are committed one by one; a stop between them must not count anything twice. */
    @Test
    void growthThatWasInterruptedGoesOnOrBeginsAnew() throws SQLException {
        History history = History.line("long", 250);
        bench.push(history.push("main"));
        long repo = bench.repository().id();
        interrupt(repo);
        assertEquals(2 * 2 * Limits.CHUNK, bench.count("from objects_first_seen"));
        Insight counted = run(repo).get(JobKind.GROWTH);
        assertEquals(fromScratch(repo).get(JobKind.GROWTH), counted);

        bench.sql("delete from insights; delete from objects_first_seen");
        interrupt(repo);
        force(history, history.commits().get(9).id());
        assertEquals(fromScratch(repo).get(JobKind.GROWTH), run(repo).get(JobKind.GROWTH));
        assertEquals(20, bench.count("from objects_first_seen"));
    }

    /** Some pages lead to commits that the branch has left; the last finished head is still below it. */
    @Test
    void growthForgetsWhatItCountedOnAWayThatTheBranchHasLeft() throws SQLException {
        History history = History.line("kept", 5);
        bench.push(history.push("main"));
        long repo = bench.repository().id();
        run(repo);
        Sha256 fork = history.head();
        for (int i = 0; i < 250; i++) {
            history.commit("left " + i, Map.of("left", "left " + i));
        }
        bench.push(history.push("main"));
        interrupt(repo);
        history.commit("taken", List.of(fork), Map.of("taken", "taken"));
        force(history, history.head());
        Insight counted = run(repo).get(JobKind.GROWTH);
        assertEquals(2 * 5 + 1, bench.count("from objects_first_seen"));
        assertEquals(fromScratch(repo).get(JobKind.GROWTH), counted);
    }

    private void interrupt(long repo) throws SQLException {
        try {
            insights.run(JobKind.GROWTH, repo, new Undisturbed(2));
            throw new AssertionError("not interrupted");
        } catch (JobLease.Ended e) {
            // As the test wants it: two pages of three are counted.
        }
    }

    @Test
    void growthCountsAnObjectOnceOnItsEarliestDay() throws SQLException {
        History history = new History();
        Commit root = history.commit("root", List.of(), Map.of("a", "12345"), Set.of(),
                c -> at(c, "2026-03-10T12:00:00+00:00"));
        Commit changed = history.commit("change", List.of(root.id()), Map.of("a", "7654321"), Set.of(),
                c -> at(c, "2026-03-11T12:00:00+00:00"));
        Commit back = history.commit("revert", List.of(changed.id()), Map.of("a", "12345"), Set.of(),
                c -> at(c, "2026-03-12T12:00:00+00:00"));
        bench.push(history.push("main"));
        long repo = bench.repository().id();
        assertEquals("{\"rows\":[{\"name\":\"2026-03-10\",\"count\":5,\"total\":5},"
                + "{\"name\":\"2026-03-11\",\"count\":7,\"total\":12}]}", run(repo).get(JobKind.GROWTH).value());

        // A branch that is merged later, but had the same bytes first.
        Commit side = history.commit("side", List.of(root.id()), Map.of("b", "7654321"), Set.of(),
                c -> at(c, "2026-03-09T12:00:00+00:00"));
        history.commit("merge", List.of(back.id(), side.id()), Map.of("b", "7654321"), Set.of(),
                c -> at(c, "2026-03-13T12:00:00+00:00"));
        bench.push(history.push("main"));
        assertEquals("{\"rows\":[{\"name\":\"2026-03-09\",\"count\":7,\"total\":7},"
                + "{\"name\":\"2026-03-10\",\"count\":5,\"total\":12}]}", run(repo).get(JobKind.GROWTH).value());
    }

    @Test
    void theNumbersAreThoseOfTheHistory() throws SQLException {
        History history = new History();
        history.commit("one", Map.of("a.java", "12345", "b.md", "1"));
        history.commit("two", List.of(history.head()), Map.of("a.java", "1234567890"), Set.of("b.md"), c -> copy(c,
                "2026-03-17T00:30:00+09:00", "Bob", "major", List.of("x gone"), "agent", "model"));
        bench.push(history.push("main"));
        bench.sql("update repositories set public = true");
        Map<JobKind, Insight> counted = run(bench.repository().id());
        Map<JobKind, String> expected = new EnumMap<>(Map.of(
                JobKind.LANGUAGES, "{'rows':[{'name':'java','count':10}]}",
                JobKind.CHURN, "{'rows':[{'name':'a.java','count':2},{'name':'b.md','count':2}]}",
                JobKind.GROWTH, "{'rows':[{'name':'2026-03-16','count':16,'total':16}]}",
                JobKind.ACTIVITY, "{'rows':[{'name':'2026-03-16','count':2}]}",
                JobKind.AGENTS, "{'rows':[{'name':'agent','model':'model','count':1}]}",
                JobKind.CONTRIBUTORS, "{'rows':[{'name':'Ann','count':1,'first':'2026-03-16','last':'2026-03-16'},"
                        + "{'name':'Bob','count':1,'first':'2026-03-16','last':'2026-03-16'}]}",
                JobKind.SIGNATURES, "{'rows':[{'name':'none','count':2}]}",
                JobKind.VERSIONS, "{'rows':[{'name':'major','count':1},{'name':'none','count':1}],'breaking':[{'commit':'"
                        + history.head() + "','at':'2026-03-16T15:30:00Z','changes':['x gone']}]}",
                JobKind.PROFILE, "{'rows':[{'name':'2026-03-16','count':2}],'repositories':[{'name':'repo','count':2}]}"));
        expected.forEach((kind, value) -> assertEquals(value.replace('\'', '"'), counted.get(kind).value()));
    }

    @Test
    void theProfileTellsNothingOfPrivateRepositories() throws SQLException {
        History history = History.line("mine", 3);
        bench.push(history.push("main"));
        bench.sql("update repositories set public = true");
        run(bench.repository().id());
        long secret = bench.another("secret").id();
        bench.push(bench.another("secret"), new ByteArrayInputStream(
                History.bytes(History.line("hidden", 40).push("main"))));
        Insight profile = run(secret).get(JobKind.PROFILE);
        assertEquals("{\"rows\":[{\"name\":\"2026-03-16\",\"count\":3}],"
                + "\"repositories\":[{\"name\":\"repo\",\"count\":3}]}", profile.value());
    }

    @Test
    void breakingChangesKeepTheLatestAndFilesThoseThatChangeMost() throws SQLException {
        History history = new History();
        for (int i = 0; i < 120; i++) {
            int n = i;
            history.commit("c" + i, history.commits().isEmpty() ? List.of() : List.of(history.head()),
                    Map.of("f" + i, "x", "often", "v" + i), Set.of(), c -> copy(c,
                            String.format("2026-03-16T12:%02d:%02d+00:00", n / 60, n % 60), "Ann", "major",
                            List.of("b" + n), "", ""));
        }
        bench.push(history.push("main"));
        Map<JobKind, Insight> counted = run(bench.repository().id());
        List<Value> files = Counting.parsed(counted.get(JobKind.CHURN).value()).list("rows");
        assertEquals(Counting.TOP, files.size());
        assertEquals("often", files.getFirst().asDict("row").text("name", ""));
        assertEquals(120, files.getFirst().asDict("row").integer("count", 0));
        List<Value> breaking = Counting.parsed(counted.get(JobKind.VERSIONS).value()).list("breaking");
        assertEquals(Counting.BREAKING, breaking.size());
        assertEquals(history.head().toString(), breaking.getFirst().asDict("row").text("commit", ""));
    }

    @Test
    void namesAsLongAsTheyLikeAndDaysAtTheEndsOfTheCalendarAreCounted() throws SQLException {
        History history = new History();
        history.commit("old", List.of(), Map.of("a", "1"), Set.of(), c -> copy(c, "0001-01-01T00:00:00+05:00",
                "A".repeat(70_000), "none", List.of(), "", ""));
        bench.push(history.push("main"));
        long repo = bench.repository().id();
        run(repo);
        history.commit("late", List.of(history.head()), Map.of("a", "2"), Set.of(), c -> copy(c,
                "9999-12-31T23:00:00-05:00", "A".repeat(80_000), "none", List.of(), "", ""));
        bench.push(history.push("main"));
        Map<JobKind, Insight> counted = run(repo);
        assertEquals(List.of("0001-01-01", "9999-12-31"),
                Counting.parsed(counted.get(JobKind.GROWTH).value()).list("rows").stream()
                        .map(row -> row.asDict("row").text("name", "")).toList());
        assertEquals(fromScratch(repo), counted);
    }

    /** What Muse notes of a commit, and what its files are. Nothing of it can make a job fail, whatever form it has. */
    @Test
    void filesSizesPairsReviewsTestsMetadataAndOperationsAreThoseOfTheHistory() throws SQLException {
        History history = new History();
        Value nothing = Value.of("of another form");
        Sha256 root = history.commit("root", Map.of("a.java", "12345", "img/logo.png", "PNG!", "song.mid", "MThd")).id();
        Value patch = Value.dict().put("op", "patch").put("child_domain", "midi_notes")
                .put("child_ops", operations("insert", "insert", "delete")).build();
        Sha256 second = history.commit("second", List.of(root), Map.of("a.java", "1234567", "song.mid", "MThd2"), Set.of(),
                c -> told(c, Map.of("section", "verse", "track", "bass"), Value.dict().put("domain", "midi").put("ops",
                        new Value.Array(List.of(patch, Value.of(5), Value.dict().put("op", 5).build()))).build(),
                        List.of("Ann", "Bob", "Ann"), 7)).id();
        Sha256 third = history.commit("third", List.of(second), Map.of("a.java", "1"), Set.of(),
                c -> told(c, Map.of("section", "verse"), nothing, List.of(), -3)).id();
        Sha256 side = history.commit("side", List.of(root), Map.of("img/logo.png", "PNG!!"), Set.of(),
                c -> told(c, Map.of(), Value.dict().put("ops", 1).build(), List.of(), Long.MAX_VALUE)).id();
        history.commit("merge", List.of(third, side), Map.of("img/logo.png", "PNG!!"));
        history.commit("empty", Map.of());
        bench.push(history.push("main"));
        Map<JobKind, Insight> counted = run(bench.repository().id());
        Map<JobKind, String> expected = new EnumMap<>(Map.of(
                JobKind.ASSETS, "{'name':'MIDI','count':5},{'name':'images','count':5}",
                JobKind.DIRECTORIES, "{'name':'(files at the root)','count':6},{'name':'img/','count':5}",
                JobKind.SIZES, "{'name':'0','count':1},{'name':'1','count':2},{'name':'2-5','count':2}",
                JobKind.TOGETHER, "{'name':'a.java','with':'song.mid','count':2},"
                        + "{'name':'a.java','with':'img/logo.png','count':1},"
                        + "{'name':'img/logo.png','with':'song.mid','count':1}",
                JobKind.REVIEWS, "{'name':'Ann','count':1},{'name':'Bob','count':1}",
                JobKind.TESTS, "{'name':'2026-03-16','count':1000007}",
                JobKind.METADATA, "{'name':'section','value':'verse','count':2},"
                        + "{'name':'track','value':'bass','count':1}",
                JobKind.OPERATIONS, "{'name':'midi_notes','operation':'insert','count':2},"
                        + "{'name':'midi','operation':'patch','count':1},"
                        + "{'name':'midi_notes','operation':'delete','count':1}"));
        expected.forEach((kind, rows) -> assertEquals("{'rows':[" + rows + "]}",
                counted.get(kind).value().replace('"', '\'')));
    }

    @Test
    void theEarliestOfTooManyDaysBecomeOneAndTheSumStaysWhole() {
        Counting counting = Counting.of(JobKind.ACTIVITY, Value.EMPTY);
        LocalDate first = LocalDate.of(1990, 1, 1);
        for (int day = 0; day < Counting.KEPT + 5; day++) {
            counting.count(first.plusDays(day).toString(), 1);
        }
        Map<String, Value> kept = counting.state().dict("counts").entries();
        assertEquals(Counting.KEPT, kept.size());
        assertEquals(6, kept.get(first.plusDays(5).toString()).asInt("count"));
        assertEquals(Counting.KEPT + 5, kept.values().stream().mapToLong(n -> n.asInt("count")).sum());
    }

    /** A path that is dropped for want of room is counted anew, and those that change stay. */
    @Test
    void ofAnyNumberOfPathsSomeAreKeptAndThoseThatChangeAreAmongThem() throws SQLException {
        Map<String, String> files = new TreeMap<>();
        for (int i = 0; i < 12_000; i++) {
            files.put(String.format("f%05d/x", i), "x");
        }
        files.put("z", "x");
        History history = new History();
        history.commit("many", files);
        bench.push(history.push("main"));
        long repo = bench.repository().id();
        run(repo);
        for (int i = 0; i < 3; i++) {
            history.commit("z " + i, Map.of("z", "z " + i));
            bench.push(history.push("main"));
            run(repo);
        }
        history.commit("gone", List.of(history.head()), Map.of("f11111/y", "y"), Set.of("f00001/x", "f11112/x"),
                commit -> commit);
        bench.push(history.push("main"));
        run(repo);
        Insight churn = one(JobKind.CHURN, repo);
        assertEquals(Counting.KEPT, Counting.parsed(churn.state()).dict("counts").entries().size());
        Value.Dict first = Counting.parsed(churn.value()).list("rows").getFirst().asDict("row");
        assertEquals("z", first.text("name", ""));
        assertEquals(3, first.integer("count", 0));
        // Of files there is always the whole to count again, so their figures are exact.
        Insight directories = one(JobKind.DIRECTORIES, repo);
        assertEquals(Counting.KEPT, Counting.parsed(directories.state()).dict("counts").entries().size());
        assertEquals(fromScratch(repo).get(JobKind.DIRECTORIES), directories);
    }
}
