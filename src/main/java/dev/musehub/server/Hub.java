package dev.musehub.server;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsServer;
import dev.musehub.accounts.AccountRows;
import dev.musehub.accounts.TokenRows;
import dev.musehub.accounts.TokenUses;
import dev.musehub.core.io.MemoryBudget;
import dev.musehub.core.model.Account;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.RepositoryNames;
import dev.musehub.core.push.PushServices;
import dev.musehub.core.rows.Migrations;
import dev.musehub.core.rows.ObjectRows;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.store.DiskStore;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.jobs.Worker;
import dev.musehub.postgres.DataDirectory;
import dev.musehub.postgres.EmbeddedPostgres;
import dev.musehub.repositories.PushLog;
import dev.musehub.s3.S3Store;
import dev.musehub.server.access.Access;
import dev.musehub.server.access.RateLimiter;
import dev.musehub.server.http.IdleTimeouts;
import dev.musehub.server.http.Tls;
import java.io.IOException;
import java.io.PrintStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A running hub: data directory, database, store and server, started in that order and stopped in the other. What it
 * opened before a failure is closed again.
 */
public final class Hub implements AutoCloseable {

    static {
        // Written in two pieces, headers and body of an answer wait for each other under Nagle's rule (JDK-6968351).
        System.setProperty("sun.net.httpserver.nodelay", "true");
        // What is left of a body is read by us, with an eye on clients that stall.
        System.setProperty("sun.net.httpserver.drainAmount", "0");
    }

    private static final int BACKLOG = 1024;

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final HubOptions options;
    private final Pool pool;
    private final Router router;
    private final IdleTimeouts stalls;
    private final HttpServer server;
    private final Optional<String> firstToken;

    private Hub(HubOptions options, HubLog log) throws IOException, SQLException {
        this.options = options;
        try {
            Path data = opened(DataDirectory.open(options.data())).path();
            pool = opened(options.database().isPresent()
                    ? Pool.open(options.database().get(), "", "", options.connections())
                    : embedded(data));
            Migrations.apply(pool);
            firstToken = bootstrap();
            HubMetrics metrics = new HubMetrics();
            ObjectStore bytes = opened(options.s3().isPresent()
                    ? S3Store.open(options.s3().get(), log::say)
                    : new DiskStore(data.resolve("objects")));
            ObjectStore store = new TimedStore(bytes, metrics.store());
            requireHome(store);
            Path scratch = emptied(data.resolve("scratch"));
            Worker jobs = opened(Worker.start(pool, log::say, metrics::ranJob));
            PushServices hub = new PushServices(pool, store, new Semaphore(PushServices.PUTS),
                    MemoryBudget.ofHeap(), options.limits(), scratch,
                    jobs::enqueue);
            metrics.watch(pool, store, hub.budget());
            RateLimiter shares = new RateLimiter(options.rates(), System::nanoTime);
            Access access = new Access(pool, options.limits(), store.direct().isPresent(),
                    opened(new TokenUses(pool, log::say)), shares);
            PushLog pushes = new PushLog(pool, log::say, metrics::pushed);
            HealthRoutes health = new HealthRoutes(access, options.operation().inside(), store,
                    new Readiness(pool, store), metrics);
            stalls = opened(new IdleTimeouts(options.idleRead()));
            router = new Router(new Routes(hub, access, pushes, shares, options.heartbeat(), health), health, metrics,
                    log, options.operation().trust(), shares, stalls, hub.budget());
            server = listen(log);
        } catch (IOException | SQLException | RuntimeException e) {
            closeOpened();
            throw e;
        }
    }

    /**
     * Starts a hub; it answers when this returns. Requests are logged to {@code log}.
     *
     * @throws IOException where the directory is in use, or the port, or PostgreSQL does not start
     */
    public static Hub start(HubOptions options, PrintStream log) throws IOException, SQLException {
        return new Hub(options, new HubLog(log, options.operation().log()));
    }

    private <T extends AutoCloseable> T opened(T part) {
        opened.push(part);
        return part;
    }

    private Pool embedded(Path data) throws IOException {
        EmbeddedPostgres postgres = opened(options.binaries().isPresent()
                ? EmbeddedPostgres.start(data.resolve("postgres"), options.binaries().get())
                : EmbeddedPostgres.start(data.resolve("postgres")));
        return Pool.open(postgres.jdbcUrl(), postgres.user(), postgres.password(), options.connections());
    }

    /** The database says which kind of store its objects are in; half of them in another would be lost. */
    private void requireHome(ObjectStore store) throws SQLException {
        try (Connection c = pool.acquire("home")) {
            Optional<ObjectRows.Home> home = ObjectRows.home(c);
            boolean bucket = store.direct().isPresent();
            if (home.isPresent() && bucket != (home.get() == ObjectRows.Home.BUCKET)) {
                throw new Problem(Problem.Code.CONFLICT, bucket
                        ? "the objects of this database lie on a disk; start the hub without MUSEHUB_S3_BUCKET"
                        : "the objects of this database lie in a bucket; start the hub with MUSEHUB_S3_BUCKET");
            }
        }
    }

    /** A directory for what only lives as long as a request; what a killed hub left there goes. */
    private static Path emptied(Path directory) throws IOException {
        Files.createDirectories(directory);
        try (var files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        return directory;
    }

    /** On the first start: an owner and a token, which is returned, for it is kept nowhere but as a hash. */
    private Optional<String> bootstrap() throws SQLException {
        try (Connection c = pool.acquire("bootstrap")) {
            c.setAutoCommit(false);
            boolean first = !AccountRows.any(c);
            if (!first && options.bootstrapToken().isEmpty()) {
                return Optional.empty();
            }
            if (!RepositoryNames.valid(options.bootstrapUser())) {
                throw new Problem(Problem.Code.INVALID_NAME, "the name of the first user must be letters, digits, '.',"
                        + " '_' and '-', 64 at most");
            }
            String token = options.bootstrapToken().orElseGet(TokenRows::secret);
            long user = AccountRows.ensureUser(c, options.bootstrapUser());
            TokenRows.add(c, user, "first", TokenRows.hash(token), Account.Scope.ADMIN, Optional.empty());
            if (first) {
                AccountRows.makeOperator(c, user);
            }
            c.commit();
            return first ? Optional.of(token) : Optional.empty();
        }
    }

    private HttpServer listen(HubLog log) throws IOException {
        try {
            HttpServer http = open(new InetSocketAddress(options.bind(), options.port()), log);
            Executor requests = Executors.newVirtualThreadPerTaskExecutor();
            http.setExecutor(request -> requests.execute(stalls.guardHead(request)));
            http.createContext("/", router);
            http.start();
            return http;
        } catch (BindException e) {
            throw new IOException("port " + options.port() + " on " + options.bind() + " is taken; choose another with"
                    + " --port", e);
        }
    }

    private HttpServer open(InetSocketAddress address, HubLog log) throws IOException {
        if (options.operation().tls().isEmpty()) {
            return HttpServer.create(address, BACKLOG);
        }
        Tls tls = new Tls(options.operation().tls().get(), log::say);
        HttpsServer https = HttpsServer.create(address, BACKLOG);
        https.setHttpsConfigurator(tls.configurator());
        return https;
    }

    /** The port the hub listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** The address to give to clients on this machine. */
    public String url() {
        String scheme = server instanceof HttpsServer ? "https://" : "http://";
        return scheme + (options.bind().contains(":") ? "[" + options.bind() + "]" : options.bind()) + ":" + port();
    }

    /** The token of the first owner, on the first start only. */
    public Optional<String> firstToken() {
        return firstToken;
    }

    /** The pool, for who inspects the hub from inside. */
    public Pool pool() {
        return pool;
    }

    /** Refuses new requests, lets running ones end, then stops everything. */
    @Override
    public void close() throws IOException {
        router.giveNotice();
        pause(options.operation().notice());
        router.drain();
        Phaser running = router.running();
        int phase = running.arriveAndDeregister();
        try {
            running.awaitAdvanceInterruptibly(phase, options.drain().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // They had their time; their batches are durable, and their retries send only the rest (I7).
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        server.stop(0);
        closeOpened();
    }

    private static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeOpened() throws IOException {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
