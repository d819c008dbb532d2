package dev.musehub.testing.fuzz;

import dev.musehub.accounts.AccountRows;
import dev.musehub.core.io.MemoryBudget;
import dev.musehub.core.model.Account;
import dev.musehub.core.model.Problem;
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
import dev.musehub.testing.History;
import dev.musehub.testing.PushFixture;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;

/**
 * Feeds mutated streams straight into the push service, on a real database and store. The law: a push is accepted, and
 * exactly its branch is where it says; or it is refused with a code of the 4xx, and no branch has moved. Confined to
 * one thread.
 */
public final class PushFuzz {

    /** Branches beyond this number are deleted, so that looking at all of them stays cheap. */
    private static final int BRANCHES = 30;

    private final Pool pool;
    private final PushServices hub;
    private final Account owner;
    private final Repository repository;
    private final Mutator mutator;
    private final Random random;
    private final Map<String, Integer> outcomes = new TreeMap<>();
    private final List<String> violations = new ArrayList<>();
    private Map<String, Sha256> heads = Map.of();
    private long inputs;

    /** A fuzzer on a repository of its own; equal seeds send equal streams. */
    public PushFuzz(Pool pool, ObjectStore store, MemoryBudget budget, String slug, long seed) {
        this.pool = pool;
        this.hub = new PushServices(pool, store, new Semaphore(PushServices.PUTS), budget, Limits.DEFAULT,
                Path.of("target"), Polyglots::refuse, _ -> { });
        this.random = new Random(seed);
        History base = History.line("base", 3);
        this.mutator = new Mutator(Streams.valid(base), seed);
        try (Connection c = pool.acquire("test")) {
            owner = new Account(AccountRows.ensureUser(c, "dev"), "dev", Account.Scope.ADMIN);
            RepositoryRows.create(c, owner.userId(), slug, "", "code");
            repository = PushFixture.find(c, "dev", slug).orElseThrow();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        one(History.bytes(base.push("main")));
        Streams.valid(base).forEach(valid -> one(History.bytes(valid)));
        if (outcomes.keySet().stream().anyMatch(outcome -> !outcome.equals("accepted"))) {
            throw new IllegalStateException("a valid stream is refused: " + outcomes);
        }
    }

    /** Pushes {@code inputs} streams. */
    public void run(int inputs) {
        for (int i = 0; i < inputs; i++) {
            one(random.nextInt(12) == 0 ? Streams.odd(random) : mutator.next());
        }
    }

    private void one(byte[] stream) {
        inputs++;
        String outcome;
        Map<String, Sha256> expected = heads;
        try (ProgressWriter progress = new ProgressWriter(new FrameWriter(OutputStream.nullOutputStream()), Duration.ofHours(1), false)) {
            PushStream push = PushStream.begin(hub, new ByteArrayInputStream(stream));
            Frame.Result result = push.run(repository, owner, progress);
            outcome = "accepted";
            if (push.header().head().isPresent()) {
                expected = new HashMap<>(heads);
                expected.put(push.header().branch(), push.header().head().get());
            }
            if (!result.head().equals(push.header().head())) {
                violation(stream, "the answer names head " + result.head());
            }
        } catch (Problem e) {
            outcome = e.code().text();
            if (e.code().status() >= 500) {
                violation(stream, outcome + ": " + e.getMessage() + ", " + e.getCause());
            }
        } catch (IOException | RuntimeException | Error e) {
            outcome = e.getClass().getSimpleName();
            violation(stream, e + " " + List.of(e.getStackTrace()));
        }
        outcomes.merge(outcome, 1, Integer::sum);
        requireHeads(stream, expected);
    }

    private void requireHeads(byte[] stream, Map<String, Sha256> expected) {
        try (Connection c = pool.acquire("test")) {
            heads = BranchRows.heads(c, repository.id());
            if (!heads.equals(expected)) {
                violation(stream, "heads are " + heads + ", not " + expected);
            }
            if (heads.size() > BRANCHES) {
                try (PreparedStatement s = c.prepareStatement(
                        "delete from branches where repo_id = ? and name not in ('main', 'odd')")) {
                    s.setLong(1, repository.id());
                    s.executeUpdate();
                }
                heads = BranchRows.heads(c, repository.id());
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void violation(byte[] stream, String what) {
        if (violations.size() < 20) {
            violations.add(what + " by input " + inputs + ": " + Mutator.readable(stream));
        }
    }

    /** How often what came out. */
    public Map<String, Integer> outcomes() {
        return outcomes;
    }

    public List<String> violations() {
        return violations;
    }

    public Repository repository() {
        return repository;
    }
}
