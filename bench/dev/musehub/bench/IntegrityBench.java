package dev.musehub.bench;

import dev.musehub.accounts.AccountRows;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoreLocation;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.rows.ObjectRows;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows;
import dev.musehub.postgres.Migrations;
import dev.musehub.testing.PushFixture;
import dev.musehub.testing.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The bulk questions of a push, on a real PostgreSQL: which of many ids does the repository lack. It guards {@code =
 * any}, which the product uses: should the anti-join over {@code unnest}, or {@code in}, answer faster, the query
 * changes. The repository has twice as many objects as are asked for.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class IntegrityBench {

    private static final int CHUNK = 5000;

    @Param({"1000", "10000", "100000"})
    public int ids;

    @Param({"none", "half", "all"})
    public String missing;

    private Pool pool;
    private Connection connection;
    private long repository;
    private List<Sha256> asked;

    @Setup(Level.Trial)
    public void make() throws SQLException {
        pool = TestDatabase.pool(TestDatabase.freshUrl());
        Migrations.apply(pool);
        connection = pool.acquire("bench");
        long user = AccountRows.ensureUser(connection, "bench");
        RepositoryRows.create(connection, user, "bench", "", "code");
        repository = PushFixture.find(connection, "bench", "bench").orElseThrow().id();
        List<Sha256> here = Samples.ids("here", 2 * ids);
        for (int from = 0; from < here.size(); from += CHUNK) {
            List<Sha256> chunk = here.subList(from, Math.min(here.size(), from + CHUNK));
            UUID segment = UUID.randomUUID();
            ObjectRows.insert(connection, chunk.stream().map(id -> new StoredObject(id, 1,
                    Optional.of(new StoreLocation(segment, 8)))).toList(), 0);
            ObjectRows.give(connection, repository, chunk);
        }
        try (var s = connection.createStatement()) {
            s.execute("analyze");
        }
        int absent = missing.equals("none") ? 0 : missing.equals("half") ? ids / 2 : ids;
        asked = new ArrayList<>(here.subList(0, ids - absent));
        asked.addAll(Samples.ids("absent", absent));
        Collections.shuffle(asked, new Random(4));
    }

    @TearDown(Level.Trial)
    public void close() throws SQLException {
        connection.close();
        pool.close();
    }

    /** What a push asks, as it is in the product. */
    @Benchmark
    public List<Sha256> product() throws SQLException {
        return ObjectRows.missing(pool, repository, asked);
    }

    /** Those that are missing, found out by the database. */
    @Benchmark
    public int antiJoin() throws SQLException {
        String sql = """
                select wanted.id from unnest(?::bytea[]) as wanted (id)
                where not exists (select from repository_objects r where r.repo_id = ? and r.object_id = wanted.id)
                    or exists (select from objects o where o.id = wanted.id and o.lost_at is not null)
                """;
        try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setArray(1, connection.createArrayOf("bytea",
                    asked.stream().map(Sha256::bytes).toArray(byte[][]::new)));
            s.setLong(2, repository);
            return count(s);
        }
    }

    /** What presign asks: those that are there. */
    @Benchmark
    public int presign() throws SQLException {
        return ObjectRows.inRepository(connection, repository, asked).size();
    }

    @Benchmark
    public int equalsAny() throws SQLException {
        String sql = "select object_id from repository_objects where repo_id = ? and object_id = any (?)";
        try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setLong(1, repository);
            s.setArray(2, connection.createArrayOf("bytea",
                    asked.stream().map(Sha256::bytes).toArray(byte[][]::new)));
            return count(s);
        }
    }

    /** One placeholder per id; the protocol has 65,535 at most, so many ids take several statements. */
    @Benchmark
    public int in() throws SQLException {
        int found = 0;
        for (int from = 0; from < asked.size(); from += 30_000) {
            List<Sha256> part = asked.subList(from, Math.min(asked.size(), from + 30_000));
            String sql = "select object_id from repository_objects where repo_id = ? and object_id in (?"
                    + ", ?".repeat(part.size() - 1) + ")";
            try (PreparedStatement s = connection.prepareStatement(sql)) {
                s.setLong(1, repository);
                for (int i = 0; i < part.size(); i++) {
                    s.setBytes(i + 2, part.get(i).bytes());
                }
                found += count(s);
            }
        }
        return found;
    }

    private static int count(PreparedStatement s) throws SQLException {
        int n = 0;
        try (ResultSet r = s.executeQuery()) {
            while (r.next()) {
                n++;
            }
        }
        return n;
    }
}
