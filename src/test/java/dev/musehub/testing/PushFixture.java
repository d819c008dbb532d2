package dev.musehub.testing;

import dev.musehub.accounts.AccountRows;
import dev.musehub.core.io.MemoryBudget;
import dev.musehub.core.model.Account;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.push.ProgressWriter;
import dev.musehub.core.push.PushServices;
import dev.musehub.core.push.PushStream;
import dev.musehub.core.rows.BranchRows;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.FrameWriter;
import dev.musehub.core.wire.Limits;
import dev.musehub.repositories.Polyglots;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/** The push service on a real database and any store, without HTTP: what tiers T2 to T6 stand on. */
public final class PushFixture implements AutoCloseable {

    private final String url;
    private final Pool pool;
    private final ObjectStore store;
    private final Account owner;
    private final Limits limits;
    private Repository repository;
    private PushServices.AfterPush afterPush = _ -> { };

    public PushFixture(ObjectStore store) {
        this(store, Limits.DEFAULT);
    }

    public PushFixture(ObjectStore store, Limits limits) {
        this(store, limits, TestDatabase.freshUrl());
    }

    /** A bench on a database with user and password in its URL. */
    public PushFixture(ObjectStore store, Limits limits, String url) {
        this.url = url;
        this.pool = TestDatabase.pool(url);
        this.store = store;
        this.limits = limits;
        try (Connection c = pool.acquire("test")) {
            owner = new Account(AccountRows.ensureUser(c, "dev"), "dev", Account.Scope.ADMIN);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        repository = another("repo");
    }

    /** Another repository of the same owner. */
    public Repository another(String slug) {
        try (Connection c = pool.acquire("test")) {
            if (find(c, "dev", slug).isEmpty()) {
                RepositoryRows.create(c, owner.userId(), slug, "", "code");
            }
            return find(c, "dev", slug).orElseThrow();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What the pushes from now on call once their branch has moved. */
    public void afterPush(PushServices.AfterPush next) {
        afterPush = next;
    }

    /** The database, for another fixture on it. */
    public String url() {
        return url;
    }

    public Pool pool() {
        return pool;
    }

    /** Ends all database sessions of the hub; the dead connections are still in its pool. */
    public void terminateConnections() {
        TestDatabase.terminateConnections(url);
    }

    /** Replaces the dead connections in the pool: each is found out when it is used. */
    public void bury() {
        for (int dead = 0; dead < 20; dead++) {
            try {
                count("from users");
                return;
            } catch (IllegalStateException e) {
                // One less.
            }
        }
    }

    public Account owner() {
        return owner;
    }

    /** The repository {@code owner/slug}. */
    public static Optional<Repository> find(Connection c, String owner, String slug) throws SQLException {
        return RepositoryRows.seen(c, owner, slug, Optional.empty()).map(RepositoryRows.Seen::repository);
    }

    public Repository repository() {
        return repository;
    }

    /** Runs SQL, and reads the repository's settings again. */
    public void sql(String sql) {
        try (Connection c = pool.acquire("test"); Statement s = c.createStatement()) {
            s.execute(sql);
            repository = find(c, "dev", "repo").orElseThrow();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The number of rows that a query counts. */
    public long count(String sql) {
        try (Connection c = pool.acquire("test"); Statement s = c.createStatement();
                ResultSet r = s.executeQuery("select count(*) " + sql)) {
            r.next();
            return r.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    public Map<String, Sha256> heads() {
        try (Connection c = pool.acquire("test")) {
            return BranchRows.heads(c, repository.id());
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    public Frame.Result push(List<? extends Frame> frames) {
        return push(repository, new ByteArrayInputStream(History.bytes(frames)));
    }

    public Frame.Result push(Repository into, InputStream stream) {
        return push(into, stream, OutputStream.nullOutputStream(), Duration.ofSeconds(5));
    }

    /** Pushes, with P frames going to {@code answer}. */
    public Frame.Result push(Repository into, InputStream stream, OutputStream answer, Duration heartbeat) {
        return push(new PushServices(pool, store, new Semaphore(PushServices.PUTS), MemoryBudget.ofHeap(), limits,
                Path.of("target"), Polyglots::refuse, afterPush), into, stream, answer, heartbeat);
    }

    /** Pushes with shared parts of another kind. */
    public Frame.Result push(PushServices hub, Repository into, InputStream stream) {
        return push(hub, into, stream, OutputStream.nullOutputStream(), Duration.ofSeconds(5));
    }

    private Frame.Result push(PushServices hub, Repository into, InputStream stream, OutputStream answer,
            Duration heartbeat) {
        try (ProgressWriter progress = new ProgressWriter(new FrameWriter(answer), heartbeat, false)) {
            return PushStream.begin(hub, stream).run(into, owner, progress);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
