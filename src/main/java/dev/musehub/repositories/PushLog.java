package dev.musehub.repositories;

import dev.musehub.core.model.Account;
import dev.musehub.core.model.Problem;
import dev.musehub.core.push.ProgressWriter;
import dev.musehub.core.push.PushStream;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.wire.Frame;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The pushes that this process is receiving, and the record of those that have ended. The row is written after the last
 * frame of the answer, in a transaction of its own, so that it can neither slow a push down nor make it fail.
 */
public final class PushLog {

    /** All pages that watch a repository together cost one query in this time. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Pool pool;
    private final Consumer<String> log;
    private final PushWatch watch;
    /** By repository. It has only repositories that somebody watches, so it stays small. */
    private final Map<Long, Last> last = new ConcurrentHashMap<>();
    private final Set<LoggedPush> running = ConcurrentHashMap.newKeySet();

    /** Is told of each push that has ended; of one that went well also how long it held a connection at most. */
    public interface PushWatch {
        void ended(PushRows.PushRecord push, Optional<Double> longestHoldMillis);
    }

    /** A log on {@code pool}. {@code watch} gets each push that has ended, {@code log} what cannot be written. */
    public PushLog(Pool pool, Consumer<String> log, PushWatch watch) {
        this.pool = pool;
        this.log = log;
        this.watch = watch;
    }

    /** Begins the entry of a push that has been accepted; closing the entry writes its row. */
    public LoggedPush begin(Repository repository, Account account, PushStream push) {
        LoggedPush entry = new LoggedPush(repository, account, push);
        running.add(entry);
        return entry;
    }

    private record Last(long id, long at) { }

    /** The number of the last recorded push to a repository, on any hub, at most a second old. */
    public long last(long repoId) {
        return last.compute(repoId, (_, known) -> known != null && System.nanoTime() - known.at() < LOOK.toNanos()
                ? known : new Last(read(repoId, known == null ? 0 : known.id()), System.nanoTime())).id();
    }

    private long read(long repoId, long otherwise) {
        try (Connection c = pool.acquire("push.last")) {
            return PushRows.last(c, repoId);
        } catch (SQLException | RuntimeException e) {
            // The pages get the number when the database is back.
            return otherwise;
        }
    }

    /** A running push, and its progress. */
    public record RunningPush(String user, String branch, boolean objectsOnly, Instant started,
            Frame.Progress progress) { }

    /** The pushes that this process is receiving for a repository, the latest first. */
    public List<RunningPush> running(long repoId) {
        return running.stream().filter(entry -> entry.repository.id() == repoId)
                .sorted(Comparator.comparing((LoggedPush entry) -> entry.started).reversed())
                .map(LoggedPush::now).toList();
    }

    /** One push until its end. Confined to the push's thread, except for what {@link #running} shows. */
    public final class LoggedPush implements AutoCloseable {

        private static final String BROKEN_OFF = "broken-off";

        private final Repository repository;
        private final Account account;
        private final PushStream push;
        private final Instant started = Instant.now();
        private final long start = System.nanoTime();
        private volatile Optional<ProgressWriter> progress = Optional.empty();
        private double millis;
        private String outcome = BROKEN_OFF;
        private Optional<Frame.Result> result = Optional.empty();

        private LoggedPush(Repository repository, Account account, PushStream push) {
            this.repository = repository;
            this.account = account;
            this.push = push;
        }

        /** From now on pages can see its progress. */
        public void watch(ProgressWriter answer) {
            progress = Optional.of(answer);
        }

        /** The push succeeded. */
        public void done(Frame.Result answer) {
            result = Optional.of(answer);
            end(PushRows.DONE);
        }

        /** The push was refused, or failed. */
        public void failed(Problem.Code code) {
            end(code.text());
        }

        private void end(String how) {
            outcome = how;
            millis = (System.nanoTime() - start) / 1e6;
        }

        private RunningPush now() {
            return new RunningPush(account.name(), push.header().branch(), push.header().head().isEmpty(), started,
                    progress.map(ProgressWriter::now).orElse(new Frame.Progress("receive", 0, 0, 0)));
        }

        @Override
        public void close() {
            if (outcome.equals(BROKEN_OFF)) {
                end(BROKEN_OFF);
            }
            Frame.Header header = push.header();
            PushRows.PushRecord row = new PushRows.PushRecord(account.name(), header.branch(),
                    header.head().isEmpty(), started, millis, outcome, result.flatMap(Frame.Result::head),
                    result.map(Frame.Result::stored).orElse(0L), result.map(Frame.Result::skipped).orElse(0L),
                    result.map(Frame.Result::commits).orElse(0L), push.timing());
            watch.ended(row, result.map(Frame.Result::longestHoldMillis));
            // A stalled client was ended by an interrupt; the same interrupt would also close the socket to the
            // database.
            boolean interrupted = Thread.interrupted();
            try (Connection c = pool.acquire("push.log")) {
                c.setAutoCommit(false);
                PushRows.add(c, repository.id(), account.userId(), row);
                c.commit();
            } catch (SQLException | RuntimeException e) {
                // Only the record of the push is lost.
                log.accept("a push to " + repository.name() + " is not recorded: " + e.getMessage());
            } finally {
                running.remove(this);
                last.remove(repository.id());
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }
}
