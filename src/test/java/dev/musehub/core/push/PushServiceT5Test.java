package dev.musehub.core.push;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.history.Commit;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Problem.Code;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.HoldTimes;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.FrameReader;
import dev.musehub.core.wire.Lease;
import dev.musehub.core.wire.Limits;
import dev.musehub.repositories.Reflog;
import dev.musehub.testing.History;
import dev.musehub.testing.MemoryStore;
import dev.musehub.testing.PushFixture;
import java.io.ByteArrayInputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The push service on a real PostgreSQL: batches, transactions, races, and what stays when it breaks. */
@Tag("T5")
class PushServiceT5Test {

    private final MemoryStore store = new MemoryStore();
    private final PushFixture bench = new PushFixture(store);

    @AfterEach
    void close() {
        bench.close();
    }

    private long holds(String use) {
        return Optional.ofNullable(bench.pool().holds().byUse().get(use)).map(HoldTimes.HoldStatistics::count).orElse(0L);
    }

    @Test
    void whoLosesTheRightToPushMeanwhileMovesNoBranch() {
        History history = History.line("late", 3);
        bench.sql("update users set disabled_at = now()");
        Problem refused = assertThrows(Problem.class, () -> bench.push(history.push("main")));
        assertEquals(Problem.Code.FORBIDDEN, refused.code());
        bench.sql("update users set disabled_at = null");
        // The repository becomes another's.
        bench.sql("update users set name = 'eve'; insert into users (name) values ('dev');"
                + " update repositories set owner_id = (select id from users where name = 'dev')");
        for (String role : List.of("reader", "writer")) {
            bench.sql("insert into members (repo_id, user_id, role) select r.id, u.id, '" + role + "' from repositories r,"
                    + " users u where u.name = 'eve' on conflict (repo_id, user_id) do update set role = excluded.role");
            assertEquals(0, bench.count("from branches"));
            if (role.equals("writer")) {
                bench.push(history.push("main"));
            } else {
                assertThrows(Problem.class, () -> bench.push(history.push("main")));
            }
        }
        assertEquals(1, bench.count("from branches"));
    }

    @Test
    void objectsAreCommittedInBatchesOfSixtyFourBeforeTheBranchMoves() {
        History history = History.line("x", 100);
        int objects = history.objects().size();
        bench.push(history.push("main"));
        assertEquals((objects + 63) / 64, holds("batch"));
        assertEquals((objects + 63) / 64, store.puts());
        assertEquals(1, holds("branch"));
    }

    @Test
    void twoHundredAndFiftyCommitsAreThreeChunksAndOneMoveOfTheBranch() {
        Frame.Result result = bench.push(History.line("x", 250).push("main"));
        assertEquals(3, holds("snapshots"));
        assertEquals(3, holds("commits"));
        assertEquals(1, holds("branch"));
        assertEquals(250, result.commits());
        assertEquals(250, result.snapshots());
    }

    @Test
    void aPushAsksTheStoreNothing() {
        History history = History.line("x", 70);
        bench.push(history.push("main"));
        bench.push(history.push("other"));
        assertEquals(0, store.reads());
    }

    @Test
    void secondPushOfTheSameObjectsStoresNothing() {
        History history = History.line("x", 70);
        bench.push(history.push("main"));
        int puts = store.puts();
        Frame.Result again = bench.push(history.push("main"));
        assertEquals(puts, store.puts());
        assertEquals(0, again.stored());
        assertEquals(history.objects().size(), again.skipped());
        assertEquals(Optional.of(history.head()), again.old());
    }

    @Test
    void aBatchThatFailsLeavesThoseBeforeItAndTheRetrySendsOnlyTheRest() {
        History history = History.line("x", 150);
        store.hook((put, _) -> {
            if (put == 3) {
                bench.terminateConnections();
            }
        });
        Problem refused = assertThrows(Problem.class, () -> bench.push(history.push("main")));
        assertEquals(Code.DATABASE_UNAVAILABLE, refused.code());
        assertTrue(refused.code().retryable());
        bench.bury();
        assertEquals(2 * 64, bench.count("from repository_objects"));
        assertTrue(bench.heads().isEmpty());
        store.hook((_, _) -> { });
        Frame.Result retry = bench.push(history.push("main"));
        assertEquals(2 * 64, retry.skipped());
        assertEquals(history.head(), bench.heads().get("main"));
    }

    @Test
    void theFinalisationUsesOtherConnectionsThanTheBatches() {
        bench.push(History.line("x", 5).push("main"));
        // Each use was an acquisition of its own, so none was kept from one phase to the next.
        for (String use : List.of("known", "batch", "integrity", "snapshots", "commits", "branch")) {
            assertEquals(1, holds(use), use);
        }
    }

    @Test
    void anErrorAfterTheFirstChunkLeavesTheFirstChunk() {
        History history = History.line("x", 150);
        List<Frame.SnapshotDelta> snapshots = new ArrayList<>(history.snapshots(history.commits()));
        Frame.SnapshotDelta bad = snapshots.get(120);
        snapshots.set(120, new Frame.SnapshotDelta(bad.id(), bad.base(), snapshots.get(119).delta(), "t",
                Optional.empty(), false));
        List<Frame> frames = new ArrayList<>(history.push(History.header("main", Optional.of(history.head()), false,
                new Lease.None()), history.objects().keySet(), List.of()));
        frames.removeLast();
        frames.add(new Frame.CommitPack(snapshots, history.commits()));
        frames.add(new Frame.End(history.objects().size(), history.commits().size()));
        assertThrows(Problem.class, () -> bench.push(frames));
        assertEquals(100, bench.count("from snapshots"));
        assertEquals(0, bench.count("from commits"));
        assertTrue(bench.heads().isEmpty());
        bench.push(history.push("main"));
        assertEquals(150, bench.count("from snapshots"));
    }

    @Test
    void anErrorAfterTheFirstChunkOfCommitsLeavesThatChunkAndTheRetryWritesTheRest() {
        History history = History.line("x", 150);
        bench.sql("""
                create function refuse() returns trigger language plpgsql as
                    'begin raise exception ''not this one''; end';
                create trigger refuse before insert on commits for each row when (new.title = 'x 120')
                    execute function refuse()
                """);
        assertThrows(Problem.class, () -> bench.push(history.push("main")));
        assertEquals(150, bench.count("from snapshots"));
        assertEquals(100, bench.count("from commits"));
        assertTrue(bench.heads().isEmpty());
        bench.sql("drop trigger refuse on commits");
        Frame.Result retry = bench.push(history.push("main"));
        assertEquals(0, retry.stored() + retry.snapshots());
        assertEquals(150, bench.count("from commits"));
    }

    /** PostgreSQL ends a statement in the same way when it takes longer than it may. */
    @Test
    void aPushWhoseStatementIsEndedIsToldSoAndMayBeRepeated() {
        History history = History.line("x", 3);
        bench.sql("""
                create function cancel() returns trigger language plpgsql as
                    'begin perform pg_cancel_backend(pg_backend_pid()); perform pg_sleep(60); return new; end';
                create trigger cancel before insert on branches for each row execute function cancel()
                """);
        Problem late = assertThrows(Problem.class, () -> bench.push(history.push("main")));
        assertEquals(Code.DATABASE_UNAVAILABLE, late.code());
        assertTrue(late.code().retryable() && late.getMessage().contains("took longer than the 60 s"),
                late.getMessage());
        bench.sql("drop trigger cancel on branches");
        assertEquals(Optional.of(history.head()), bench.push(history.push("main")).head());
    }

    /** So the length of a hold does not grow with the push (I3). */
    @Test
    void manyReferencesAreAskedForInSeveralHoldsOfAConnection() {
        History history = new History();
        Map<String, String> files = new TreeMap<>();
        for (int i = 0; i <= 20_000; i++) {
            files.put("file" + i, "x" + i);
        }
        history.commit("wide", files);
        bench.push(history.push(History.header("main", Optional.empty(), false, new Lease.None()),
                history.objects().keySet(), List.of()));
        bench.push(history.push(History.header("main", Optional.of(history.head()), false, new Lease.None()),
                List.of(), history.commits()));
        // 20,000 objects, the one more, and all the rest.
        assertEquals(3, holds("integrity"));
    }

    @Test
    void noConnectionIsHeldWhileTheStoreIsBusyAndTheHeartbeatIsHeard() throws Exception {
        CountDownLatch inPut = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        store.hook((_, _) -> {
            inPut.countDown();
            await(release);
        });
        History history = History.line("x", 3);
        try (PipedInputStream answer = new PipedInputStream(1 << 16);
                PipedOutputStream sink = new PipedOutputStream(answer);
                ExecutorService one = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Frame.Result> push = one.submit(() -> bench.push(bench.repository(),
                    new ByteArrayInputStream(History.bytes(history.push("main"))), sink, Duration.ofMillis(20)));
            try {
                inPut.await();
                FrameReader frames = new FrameReader(answer, Limits.DEFAULT);
                Frame.Progress first = (Frame.Progress) frames.next().orElseThrow();
                Frame.Progress second = (Frame.Progress) frames.next().orElseThrow();
                assertEquals("receive", first.phase());
                assertEquals("receive", second.phase());
                assertEquals(0, bench.pool().active());
            } finally {
                release.countDown();
            }
            assertEquals(history.head(), push.get().head().orElseThrow());
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void onlyDescendantsReplaceAHeadUnlessForced() {
        History history = History.line("x", 3);
        bench.push(history.push("main"));
        Commit fork = history.commit("fork", List.of(history.commits().get(0).id()), Map.of("fork", "f"));
        Frame.Header polite = History.header("main", Optional.of(fork.id()), false, new Lease.None());
        Problem refused = assertThrows(Problem.class,
                () -> bench.push(history.push(polite, history.objects().keySet(), List.of(fork))));
        assertEquals(Code.NOT_FAST_FORWARD, refused.code());
        assertEquals(history.commits().get(2).id().toString(), refused.details().text("actual", ""));
        assertEquals(fork.id().toString(), refused.details().text("head", ""));
        assertEquals(history.commits().get(2).id(), bench.heads().get("main"));
        Frame.Header forced = History.header("main", Optional.of(fork.id()), true, new Lease.None());
        bench.push(history.push(forced, List.of(), List.of()));
        assertEquals(fork.id(), bench.heads().get("main"));
        assertEquals(1, bench.count("from reflog where forced"));
    }

    @Test
    void aForwardMoveOverCommitsOfTheRepositoryNeedsNoForce() {
        History history = History.line("x", 40);
        bench.push(history.push("all"));
        Sha256 early = history.commits().get(3).id();
        bench.push(history.push(History.header("main", Optional.of(early), false, new Lease.None()), List.of(),
                List.of()));
        Frame.Result moved = bench.push(history.push(History.header("main", Optional.of(history.head()), false,
                new Lease.None()), List.of(), List.of()));
        assertEquals(Optional.of(early), moved.old());
    }

    @Test
    void aLeaseIsKeptOrThePushIsRefused() {
        History history = History.line("x", 2);
        Sha256 head = history.head();
        Frame.Header unborn = History.header("main", Optional.of(head), false, new Lease.Unborn());
        bench.push(history.push(unborn, history.objects().keySet(), history.commits()));
        for (Lease wrong : List.of(new Lease.Unborn(), new Lease.At(history.commits().getFirst().id()))) {
            Problem refused = assertThrows(Problem.class, () -> bench.push(history.push(
                    History.header("main", Optional.of(head), true, wrong), List.of(), List.of())));
            assertEquals(Code.LEASE_LOST, refused.code());
        }
        bench.push(history.push(History.header("main", Optional.of(head), false, new Lease.At(head)), List.of(),
                List.of()));
    }

    /** Pushes both at once, with a commit of its own each; returns the one whose push won. */
    private Commit race(History base, String branch, Commit left, Commit right) {
        List<Future<Optional<Sha256>>> outcomes = new ArrayList<>();
        try (ExecutorService both = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Commit commit : List.of(left, right)) {
                List<Frame> frames = base.push(History.header(branch, Optional.of(commit.id()), false,
                        new Lease.None()), List.of(base.manifestOf(commit.id()).get("f").orElseThrow()),
                        List.of(commit));
                outcomes.add(both.submit(() -> {
                    try {
                        return bench.push(frames).head();
                    } catch (Problem e) {
                        assertEquals(Code.NOT_FAST_FORWARD, e.code());
                        return Optional.empty();
                    }
                }));
            }
        }
        List<Sha256> winners = outcomes.stream().map(Future::resultNow).flatMap(Optional::stream).toList();
        assertEquals(1, winners.size(), "exactly one wins");
        assertEquals(winners.getFirst(), bench.heads().get(branch));
        return winners.getFirst().equals(left.id()) ? left : right;
    }

    @Test
    void ofTwoRacingPushesExactlyOneWinsEveryTime() throws Exception {
        History base = History.line("base", 1);
        bench.push(base.push("main"));
        for (int round = 0; round < 100; round++) {
            Sha256 old = base.head();
            Commit left = base.commit("left " + round, List.of(old), Map.of("f", "left " + round));
            Commit right = base.commit("right " + round, List.of(old), Map.of("f", "right " + round));
            base.commits().remove(race(base, "main", left, right).equals(left) ? right : left);
        }
        try (Connection c = bench.pool().acquire("test")) {
            List<Reflog.Move> moves = Reflog.latest(c, bench.repository().id(), Optional.of("main"),
                    Long.MAX_VALUE, 1000);
            assertEquals(101, moves.size());
            assertEquals(Optional.of(bench.heads().get("main")), moves.getFirst().to());
            for (int i = 0; i + 1 < moves.size(); i++) {
                assertEquals(moves.get(i + 1).to(), moves.get(i).from(), "each move begins where the last one ended");
            }
        }
    }

    @Test
    void ofTwoPushesThatRaceToCreateABranchExactlyOneWins() {
        History base = History.line("base", 1);
        bench.push(base.push("main"));
        for (int round = 0; round < 100; round++) {
            Sha256 old = base.commits().getFirst().id();
            race(base, "new " + round, base.commit("left " + round, List.of(old), Map.of("f", "left " + round)),
                    base.commit("right " + round, List.of(old), Map.of("f", "right " + round)));
        }
    }

    @Test
    void concurrentPushesOfTheSameObjectsDoNotDeadlock() throws Exception {
        History history = History.line("x", 200);
        List<Future<Frame.Result>> pushes = new ArrayList<>();
        try (ExecutorService many = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 6; i++) {
                String branch = "b" + i;
                pushes.add(many.submit(() -> bench.push(history.push(branch))));
            }
        }
        for (Future<Frame.Result> push : pushes) {
            assertFalse(push.state() == Future.State.FAILED, () -> push.exceptionNow().toString());
        }
        assertEquals(6, bench.heads().size());
    }

    @Test
    void theDatabaseItselfRefusesAGhost() {
        bench.push(History.line("x", 2).push("main"));
        for (String ghost : List.of("delete from objects", "delete from repository_objects", "delete from snapshots",
                "delete from commits", "update branches set head = '\\x" + "00".repeat(32) + "'")) {
            assertThrows(IllegalStateException.class, () -> bench.sql(ghost), ghost);
        }
    }
}
