package dev.musehub.accounts;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Pool;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * When tokens were last used: gathered in memory, written once a minute in one statement. No request waits for it, and
 * a hub that is killed forgets a minute at most.
 */
public final class TokenUses implements AutoCloseable {

    private static final Duration EVERY = Duration.ofMinutes(1);

    private final Pool pool;
    private final Consumer<String> log;
    /** Hashes of tokens that were found valid, so never more than there are rows. */
    private final Set<Sha256> used = ConcurrentHashMap.newKeySet();
    private final Thread writer;

    /** Uses of tokens in {@code pool}'s database; what cannot be written is reported to {@code log}. */
    public TokenUses(Pool pool, Consumer<String> log) {
        this.pool = pool;
        this.log = log;
        this.writer = Thread.ofVirtual().name("token-uses").start(this::run);
    }

    /** Notes that a valid token was used now. */
    public void note(Sha256 hash) {
        used.add(hash);
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(EVERY);
                write();
            }
        } catch (InterruptedException e) {
            // The hub stops; close() writes the rest.
        }
    }

    private synchronized void write() {
        Set<Sha256> batch = Set.copyOf(used);
        if (batch.isEmpty()) {
            return;
        }
        used.removeAll(batch);
        try (Connection c = pool.acquire("token.uses")) {
            TokenRows.used(c, batch, Instant.now());
        } catch (SQLException | RuntimeException e) {
            log.accept("the last use of tokens (" + batch.size() + ") is not recorded: " + e.getMessage());
        }
    }

    /** Writes what is left. Under the lock, so that no write of the other thread is interrupted in the middle. */
    @Override
    public synchronized void close() {
        writer.interrupt();
        write();
    }
}
