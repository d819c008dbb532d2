package dev.musehub.testing;

import dev.musehub.client.transfer.ClientFixture;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.BranchRows;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.store.DiskStore;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.Limits;
import dev.musehub.postgres.OpenPool;
import dev.musehub.testing.FaultProxy.Fault;
import dev.musehub.testing.FaultProxy.Kind;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Pushes over lines that break, between client and hub and between hub and PostgreSQL, and checks four laws: what was
 * acknowledged can be fetched byte for byte; heads move only from old to new as asked; a push that the hub refused has
 * changed no head; a retry over sound lines converges and sends nothing that is there already.
 *
 * <p>A seed is one repository with several pushes. Main: {@code FaultSoak SECONDS [SEED]}.
 */
public final class FaultSoak implements AutoCloseable {

    private static final int PUSHES = 4;
    private static final int ATTEMPTS = 3;

    private final TestHub hub;
    private final FaultProxy toHub;
    private final FaultProxy toDatabase;
    private final Pool direct;
    private final DiskStore store;
    private final Path temp;
    private final Map<String, Integer> outcomes = new TreeMap<>();
    private final List<String> violations = new ArrayList<>();
    private int pushes;

    /** Held, as the JDK's logging forgets levels of loggers that nobody holds. Broken connections are our daily bread. */
    private static final Logger POOL_LOG = Logger.getLogger("com.zaxxer.hikari");

    /** A hub on {@code temp} behind two lines. */
    public FaultSoak(Path temp) throws IOException {
        this.temp = temp;
        String url = TestDatabase.freshUrl();
        int port = Integer.parseInt(url.replaceFirst("^jdbc:postgresql://[^:]*:([0-9]+)/.*$", "$1"));
        this.toDatabase = new FaultProxy(port);
        this.hub = new TestHub(temp.resolve("hub"), Optional.empty(), url.replace(":" + port + "/",
                ":" + toDatabase.port() + "/"));
        POOL_LOG.setLevel(Level.OFF);
        this.toHub = new FaultProxy(hub.port());
        this.direct = OpenPool.open(url, "", "", 4);
        this.store = new DiskStore(temp.resolve("hub/objects"));
    }

    /** Runs a seed. */
    public void run(long seed) throws IOException {
        Random random = new Random(seed);
        String slug = "s" + seed;
        History history = new History();
        ClientFixture client = new ClientFixture(temp.resolve(slug));
        Optional<Sha256> before = Optional.empty();
        for (int i = 0; i < PUSHES; i++) {
            grow(history, random, slug);
            client.write(history, history.commits(), "main");
            String where = "seed " + seed + " push " + i + ": ";
            push(client, slug, random, before, history.head(), where);
            before = Optional.of(history.head());
        }
        Audit.Found found = Audit.of(direct, store, repository(slug).orElseThrow().id());
        if (found.commits() != history.commits().size() || found.objects() < history.objects().size()) {
            violations.add("seed " + seed + ": the hub has " + found + " of " + history.commits().size() + " commits and "
                    + history.objects().size() + " objects");
        }
        requireClone(slug, history);
        if (hub.log().contains("fault:")) {
            violations.add("seed " + seed + ": the hub's log tells of a fault of its own");
        }
    }

    /** What the faults left in the hub's pool may fail once each. */
    private void requireClone(String slug, History history) {
        for (int tries = 0;; tries++) {
            try {
                ClientFixture.requireClone(hub.repository(slug), temp.resolve(slug + "-clone" + tries), history, "main",
                        history.head());
                return;
            } catch (Problem e) {
                if (tries == 10 || !e.code().retryable()) {
                    throw e;
                }
            }
        }
    }

    private static void grow(History history, Random random, String slug) {
        int commits = 1 + random.nextInt(random.nextInt(6) == 0 ? 120 : 4);
        for (int c = 0; c < commits; c++) {
            Map<String, String> files = new TreeMap<>();
            int n = history.commits().size();
            files.put("counter.txt", slug + " " + n);
            for (int f = random.nextInt(4); f > 0; f--) {
                files.put("f" + random.nextInt(20), (slug + n + f).repeat(1 + random.nextInt(100)));
            }
            history.commit(slug + " " + n, files);
        }
    }

    /** One push: some attempts over bad lines, then one over good ones. */
    private void push(ClientFixture client, String slug, Random random, Optional<Sha256> old, Sha256 asked, String where) {
        Optional<Sha256> before = old;
        boolean doubtful = false;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            arm(random);
            boolean acknowledged = false;
            boolean refused = false;
            String outcome = "acknowledged";
            try {
                client.push(behindProxy(slug), "main");
                acknowledged = true;
            } catch (Problem e) {
                outcome = e.code().text();
                refused = e.code() != Problem.Code.UNREACHABLE;
                if (!(refused ? e.code().retryable() : true)) {
                    violations.add(where + "refused for good: " + e.getMessage());
                }
            }
            pushes++;
            outcomes.merge(outcome, 1, Integer::sum);
            Optional<Sha256> head = head(slug);
            if (!head.equals(before) && !head.equals(Optional.of(asked))) {
                violations.add(where + "the head is " + head + ", neither " + before + " nor " + asked);
            }
            if (acknowledged && !head.equals(Optional.of(asked))) {
                violations.add(where + "acknowledged, and the head is " + head);
            }
            if (refused && !doubtful && !head.equals(before)) {
                violations.add(where + "refused (" + outcome + "), and the head has moved");
            }
            doubtful |= !acknowledged && !refused;
            if (acknowledged) {
                before = Optional.of(asked);
            }
        }
        toHub.disarm();
        toDatabase.disarm();
        calm(client, slug, asked, where);
    }

    private void arm(Random random) {
        if (random.nextInt(3) > 0) {
            toHub.arm(Fault.random(random, 12_000, Kind.CUT, Kind.TRUNCATE, Kind.SWALLOW, Kind.DELAY,
                    Kind.DUPLICATE));
        } else {
            // The protocol of the database cannot be said twice.
            toDatabase.arm(Fault.random(random, 30_000, Kind.CUT, Kind.TRUNCATE, Kind.SWALLOW, Kind.DELAY));
        }
    }

    /** Sound lines; what the faults left in the hub's pool may still fail, but converges. */
    private void calm(ClientFixture client, String slug, Sha256 asked, String where) {
        for (int tries = 0; tries < 10; tries++) {
            try {
                Optional<Frame.Result> result = client.push(behindProxy(slug), "main");
                pushes++;
                outcomes.merge("retry acknowledged", 1, Integer::sum);
                // What fits into one batch is sent without asking.
                if (result.filter(r -> r.stored() + r.skipped() > Limits.BATCH_OBJECTS).map(Frame.Result::skipped)
                        .orElse(0L) > 0) {
                    violations.add(where + "the retry sent " + result.get().skipped() + " objects that were there");
                }
                if (!head(slug).equals(Optional.of(asked))) {
                    violations.add(where + "the retry was acknowledged, and the head is " + head(slug));
                }
                return;
            } catch (Problem e) {
                outcomes.merge("retry " + e.code().text(), 1, Integer::sum);
                if (!e.code().retryable()) {
                    violations.add(where + "the retry is refused: " + e.getMessage());
                    return;
                }
            }
        }
        violations.add(where + "ten retries over sound lines do not converge");
    }

    private URI behindProxy(String slug) {
        return URI.create("http://127.0.0.1:" + toHub.port() + "/dev/" + slug);
    }

    private Optional<Repository> repository(String slug) {
        try (Connection c = direct.acquire("test")) {
            return PushFixture.find(c, "dev", slug);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Optional<Sha256> head(String slug) {
        Optional<Repository> repository = repository(slug);
        if (repository.isEmpty()) {
            return Optional.empty();
        }
        try (Connection c = direct.acquire("test")) {
            return Optional.ofNullable(BranchRows.heads(c, repository.get().id()).get("main"));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    public TestHub hub() {
        return hub;
    }

    public int pushes() {
        return pushes;
    }

    public int faults() {
        return toHub.applied() + toDatabase.applied();
    }

    public Map<String, Integer> outcomes() {
        return outcomes;
    }

    public List<String> violations() {
        return violations;
    }

    @Override
    public void close() throws IOException {
        direct.close();
        toHub.close();
        hub.close();
        toDatabase.close();
    }

    public static void main(String[] arguments) throws IOException {
        long seconds = arguments.length > 0 ? Long.parseLong(arguments[0]) : 300;
        long first = arguments.length > 1 ? Long.parseLong(arguments[1]) : 1_000;
        Logger.getLogger("").setLevel(Level.SEVERE);
        long seed = first;
        int found;
        try (Scratch scratch = new Scratch("soak"); FaultSoak soak = new FaultSoak(scratch.directory())) {
            long end = System.nanoTime() + seconds * 1_000_000_000L;
            while (System.nanoTime() < end && soak.violations().isEmpty()) {
                soak.run(seed++);
            }
            soak.outcomes().forEach((what, n) -> System.out.printf(Locale.ROOT, "  %-30s %,8d%n", what, n));
            System.out.printf(Locale.ROOT, "%,d seeds from %d, %,d pushes, %,d faults, %d violations%n", seed - first,
                    first, soak.pushes(), soak.faults(), soak.violations().size());
            soak.violations().forEach(System.out::println);
            found = soak.violations().size();
        }
        System.exit(found == 0 ? 0 : 1);
    }
}
