package dev.musehub.core.io;

import java.sql.SQLException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Writes chunks one behind another on a thread of its own, each while the next is being made: the database and the
 * hub's own work on a large push take about as long as each other. One chunk is under way at a time, and the first that
 * fails is the last.
 */
public final class ChunkWriter implements AutoCloseable {

    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(Thread.ofVirtual().name("chunks").factory());
    private Future<?> underWay;

    /** One transaction. */
    public interface Transaction {
        void run() throws SQLException;
    }

    /** Begins a transaction when the one before it is through; throws what that one threw. */
    public void submit(Transaction transaction) throws SQLException {
        await();
        underWay = thread.submit(() -> {
            transaction.run();
            return null;
        });
    }

    /** Returns when all that was submitted is committed; throws what the last transaction threw. */
    public void await() throws SQLException {
        if (underWay == null) {
            return;
        }
        Future<?> last = underWay;
        underWay = null;
        try {
            last.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case SQLException sql -> throw sql;
                case RuntimeException r -> throw r;
                case Error r -> throw r;
                default -> throw new IllegalStateException(e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted", "57014", e);
        }
    }

    /** Waits for the transaction under way, whatever becomes of it: none outlives the push it belongs to. */
    @Override
    public void close() {
        thread.close();
    }
}
