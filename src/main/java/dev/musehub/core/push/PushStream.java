package dev.musehub.core.push;

import dev.musehub.core.io.ArrivingBytes;
import dev.musehub.core.io.MemoryBudget;
import dev.musehub.core.model.Account;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Durability;
import dev.musehub.core.rows.HoldTimes;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.rows.SqlProblems;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.FrameReader;
import dev.musehub.core.wire.Spool;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One {@code push/stream} request, from its header to its result. Read {@link #run}: it is "The story of a push" of
 * design.md, one line for each phase. One object per request, confined to its thread.
 */
public final class PushStream {

    private final PushServices hub;
    private final FrameReader reader;
    private final Frame.Header header;
    private final HoldTimes holds = new HoldTimes();
    private final Map<String, Double> timing = new LinkedHashMap<>();
    private final List<String> warnings = new ArrayList<>();
    private final MemoryBudget.Hold memory;

    private final ArrivingBytes arrival;

    private PushStream(PushServices hub, FrameReader reader, Frame.Header header, ArrivingBytes arrival) {
        this.hub = hub;
        this.memory = hub.budget().hold();
        this.reader = reader;
        this.header = header;
        this.arrival = arrival;
    }

    /**
     * Reads the header of a push, and nothing behind it: what it asks for can still be refused with an HTTP status.
     *
     * @throws Problem where the stream does not begin with a valid H frame
     */
    public static PushStream begin(PushServices hub, InputStream body) {
        // Without a file as long as there are no frames behind the header, so there is nothing to close.
        ArrivingBytes arrival = new ArrivingBytes(hub.scratch());
        FrameReader reader = new FrameReader(body, hub.limits(), Optional.of(arrival));
        Frame first = reader.next(HEADER_ONLY).orElseThrow(() -> new Problem(Problem.Code.TRUNCATED_STREAM,
                "the stream is empty; send it again"));
        if (!(first instanceof Frame.Header header)) {
            throw noHeader();
        }
        return new PushStream(hub, reader, header, arrival);
    }

    /** Before the header nothing may take memory: it is not known yet who asks, and for what. */
    private static final FrameReader.AllocationGuard HEADER_ONLY = new FrameReader.AllocationGuard() {
        @Override
        public void object(int bytes) {
            throw noHeader();
        }

        @Override
        public void begins() {
            throw noHeader();
        }

        @Override
        public void frame(long bytes) {
            throw noHeader();
        }
    };

    private static Problem noHeader() {
        return new Problem(Problem.Code.UNEXPECTED_FRAME, "a push begins with an H frame");
    }

    public Frame.Header header() {
        return header;
    }

    /** Milliseconds of each phase so far, of one that failed too. */
    public Map<String, Double> timing() {
        return timing;
    }

    /**
     * Refuses what the header announces and the quota does not allow, before any of it is sent.
     *
     * @throws Problem {@code quota-exceeded}
     */
    public void requireQuota(Repository repository) throws SQLException {
        Quota.check(hub.pool(), repository, header.bytes());
    }

    /**
     * Receives the push into {@code repository}, on behalf of {@code account}, which may write there.
     *
     * @throws Problem where it is refused; no branch has moved then, and what was durable stays (I7)
     */
    public Frame.Result run(Repository repository, Account account, ProgressWriter progress) throws IOException {
        Pool pool = hub.pool().watchedBy(holds);
        Receive receive = new Receive(hub, pool, repository, memory, progress);
        try (memory; arrival; Spool packs = new Spool(hub.limits(), hub.scratch(), hub.limits().packBytes())) {
            Receive.Received received = timed("receive", progress, () -> receive.run(header, reader, packs));
            if (header.head().isEmpty() && packs.isEmpty()) {
                Durability.now(pool);
                return result(Optional.empty(), received, 0);
            }
            Integrity.CheckedReferences checked = timed("integrity", progress,
                    () -> Integrity.check(pool, repository, header.head(), packs, received.received(), memory));
            timed("quota", progress, () -> {
                Quota.check(pool, repository, 0);
                return null;
            });
            SignatureCheck.CheckedSignatures signatures = timed("signatures", progress,
                    () -> SignatureCheck.check(pool, repository, checked));
            warnings.addAll(signatures.warnings());
            long snapshots = timed("snapshots", progress,
                    () -> SnapshotChunks.write(pool, repository, hub.limits(), packs, memory, progress));
            timed("commits", progress, () -> {
                CommitChunks.write(pool, repository, checked, signatures, packs, progress);
                return null;
            });
            if (header.head().isEmpty()) {
                Durability.now(pool);
                return result(Optional.empty(), received, snapshots);
            }
            BranchMove.Moved moved = timed("branch", progress, () -> BranchMove.move(
                    pool, repository, account.userId(), header, header.head().get(), checked.parents()));
            KillPoint.BRANCH_AFTER_COMMIT.reached();
            if (!moved.before().equals(Optional.of(moved.after()))) {
                timed("jobs", progress, () -> enqueueJobs(repository));
            }
            return result(Optional.of(moved), received, snapshots);
        } catch (SQLException e) {
            throw SqlProblems.of(e);
        } catch (InterruptedIOException e) {
            throw new Problem(Problem.Code.SHUTTING_DOWN, "the hub is stopping; try again", e);
        }
    }

    /** The push is done and committed: what cannot be enqueued now is enqueued by the next one. */
    private boolean enqueueJobs(Repository repository) {
        try {
            hub.afterPush().pushed(repository.id());
            return true;
        } catch (SQLException | RuntimeException e) {
            warnings.add("the push is complete, but its statistics will be late");
            return false;
        }
    }

    private interface Phase<T> {
        T run() throws IOException, SQLException;
    }

    private <T> T timed(String phase, ProgressWriter progress, Phase<T> work) throws IOException, SQLException {
        progress.at(phase, 0, 0);
        long start = System.nanoTime();
        try {
            return work.run();
        } finally {
            timing.put(phase, (System.nanoTime() - start) / 1e6);
        }
    }

    private Frame.Result result(Optional<BranchMove.Moved> moved, Receive.Received received, long snapshots) {
        Map<String, Sha256> heads = moved.map(m -> Map.of(header.branch(), m.after())).orElse(Map.of());
        return new Frame.Result(header.branch(), moved.flatMap(BranchMove.Moved::before),
                moved.map(BranchMove.Moved::after), heads, received.stored(), received.skipped(), received.commits(),
                snapshots, timing, holds.longestMillis(), warnings, Optional.empty(), false);
    }
}
