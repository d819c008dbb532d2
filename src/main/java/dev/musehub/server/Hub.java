package dev.musehub.server;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsServer;
import dev.musehub.accounts.AccountRows;
import dev.musehub.accounts.RepositoryNames;
import dev.musehub.accounts.TokenRows;
import dev.musehub.accounts.TokenUses;
import dev.musehub.core.io.MemoryBudget;
import dev.musehub.core.model.Account;
import dev.musehub.core.model.Problem;
import dev.musehub.core.push.PushServices;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.store.DiskStore;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.jobs.Worker;
import dev.musehub.postgres.OpenDatabase;
import dev.musehub.postgres.Opened;
import dev.musehub.postgres.StoreIdentity;
import dev.musehub.repositories.Polyglots;
import dev.musehub.repositories.PushLog;
import dev.musehub.s3.S3Store;
import dev.musehub.server.access.Access;
import dev.musehub.server.access.RateLimiter;
import dev.musehub.server.http.Bodies;
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
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A running hub: data directory, database, store and server, started in this order and stopped in the opposite one. If
 * a start fails, what was already open is closed again.
 */
public final class Hub implements AutoCloseable {

    static {
        // With Nagle's rule the headers and the body of an answer, two writes, wait for each other (JDK-6968351).
        System.setProperty("sun.net.httpserver.nodelay", "true");
        // We read the rest of a body ourselves, because clients may stall there too.
        System.setProperty("sun.net.httpserver.drainAmount", "0");
    }

    private static final int BACKLOG = 1024;

    /** How long clients have for reading why their push ends. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    private final Opened opened = new Opened();
    private final HubOptions options;
    private final Pool pool;
    private final Router router;
    private final IdleTimeouts idle;
    private final HttpServer server;
    private final Optional<String> firstToken;
    private final boolean tokenUsed;
    /** Whether the server takes requests. Until then a failed start must free its port. */
    private boolean listening;

    private Hub(HubOptions options, HubLog log) throws IOException, SQLException {
        this.options = options;
        try {
            OpenDatabase database = opened.add(OpenDatabase.forHub(options.data(), options.database(),
                    options.binaries(), options.connections()));
            pool = database.pool();
            // Before the first owner exists: with a port that is taken, its token would be lost.
            server = bound(log);
            opened.add(this::release);
            HubMetrics metrics = new HubMetrics();
            ObjectStore bytes = opened.add(options.s3().isPresent()
                    ? S3Store.open(options.s3().get(), log::say)
                    : new DiskStore(database.data().resolve("objects")));
            ObjectStore store = TimedStore.of(bytes, metrics.store());
            StoreIdentity.claim(pool, store);
            Path scratch = emptied(database.data().resolve("scratch"));
            Worker jobs = opened.add(Worker.start(pool, log::say, metrics::ranJob));
            PushServices hub = new PushServices(pool, store, new Semaphore(PushServices.PUTS),
                    MemoryBudget.ofHeap(), options.limits(), scratch,
                    Polyglots::refuse, jobs::enqueue);
            metrics.watch(pool, store, hub.budget());
            RateLimiter rates = new RateLimiter(options.rates(), System::nanoTime);
            Access access = new Access(pool, options.limits(), store.direct().isPresent(),
                    opened.add(new TokenUses(pool, log::say)), rates);
            PushLog pushes = new PushLog(pool, log::say, metrics::pushed);
            HealthRoutes health = new HealthRoutes(access, options.operation().inside(), store,
                    new Readiness(pool, store), metrics);
            idle = opened.add(new IdleTimeouts(options.idleRead()));
            router = new Router(new Routes(hub, access, pushes, rates, options.heartbeat(), health), health, metrics,
                    log, options.operation().trust(), rates, idle, new Bodies(hub.budget(), scratch));
            firstToken = bootstrap();
            tokenUsed = tokenUsed();
            listen();
        } catch (IOException | SQLException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /**
     * Starts a hub; it answers when this returns. {@code log} gets a line for each request.
     *
     * @throws IOException where the directory or the port is in use, or PostgreSQL does not start
     */
    public static Hub start(HubOptions options, PrintStream log) throws IOException, SQLException {
        return new Hub(options, new HubLog(log, options.operation().log()));
    }

    /** A directory for files of running requests. Deletes what a killed hub left there. */
    private static Path emptied(Path directory) throws IOException {
        Files.createDirectories(directory);
        try (var files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        return directory;
    }

    /** On the first start: creates an owner, and returns its token, of which the database keeps only a hash. */
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

    private boolean tokenUsed() throws SQLException {
        try (Connection c = pool.acquire("used")) {
            return TokenRows.anyUsed(c);
        }
    }

    private void listen() {
        Executor requests = Executors.newVirtualThreadPerTaskExecutor();
        server.setExecutor(request -> requests.execute(idle.guardHead(request)));
        server.createContext("/", router);
        server.start();
        listening = true;
    }

    private void release() {
        if (!listening) {
            server.stop(0);
        }
    }

    /** A server that holds its port and takes no requests yet. */
    private HttpServer bound(HubLog log) throws IOException {
        try {
            return open(new InetSocketAddress(options.bind(), options.port()), log);
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

    /** The address of the hub for clients on this machine. */
    public String url() {
        String scheme = server instanceof HttpsServer ? "https://" : "http://";
        return scheme + (options.bind().contains(":") ? "[" + options.bind() + "]" : options.bind()) + ":" + port();
    }

    /** The token of the first owner; only after the first start. */
    public Optional<String> firstToken() {
        return firstToken;
    }

    /** Whether any token of this hub was ever used. */
    public boolean isTokenUsed() {
        return tokenUsed;
    }

    /** The pool, for tests. */
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
        if (!ended(running, phase, options.drain())) {
            // Their time is over. Their batches are durable, and a retry sends only the rest (design.md, I7).
            router.endPushes();
            ended(running, phase, FAREWELL);
        }
        server.stop(0);
        opened.close();
    }

    private static boolean ended(Phaser running, int phase, Duration patience) {
        try {
            running.awaitAdvanceInterruptibly(phase, patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
