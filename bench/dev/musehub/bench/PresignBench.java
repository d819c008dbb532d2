package dev.musehub.bench;

import dev.musehub.core.io.MemoryBudget;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoreLocation;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.push.PushServices;
import dev.musehub.core.rows.ObjectRows;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.core.wire.Limits;
import dev.musehub.repositories.Polyglots;
import dev.musehub.s3.Presigning;
import dev.musehub.s3.S3Options;
import dev.musehub.s3.S3Store;
import dev.musehub.testing.PushFixture;
import dev.musehub.testing.S3Server;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What a push asks before it sends 1,000 objects past the hub. Guards signing by ourselves, with the day's key kept:
 * the SDK's presigner takes many times as long, and would have to come below 60 ms to replace it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class PresignBench {

    private static final int IDS = 1000;

    private final List<Sha256> here = Samples.ids("here", IDS);
    private final List<Sha256> absent = Samples.ids("absent", IDS);
    private final Map<Sha256, Long> sizes =
            absent.stream().collect(Collectors.toMap(Function.identity(), _ -> 27_000L));
    private S3Server server;
    private ObjectStore store;
    private PushFixture bench;
    private Repository repository;
    private Presigning direct;

    @Setup(Level.Trial)
    public void make() throws IOException, SQLException {
        server = S3Server.inProcess();
        store = S3Store.open(new S3Options(server.endpoint(), server.endpoint(), "us-east-1", "bench", server.key(),
                server.secret(), true, 64 << 20), _ -> { });
        bench = new PushFixture(store);
        repository = bench.repository();
        try (Connection c = bench.pool().acquire("bench")) {
            UUID scope = UUID.randomUUID();
            ObjectRows.insert(c, here.stream()
                    .map(id -> new StoredObject(id, 1, Optional.of(new StoreLocation(scope, 8))))
                    .toList(), 0);
            ObjectRows.give(c, repository.id(), here);
        }
        direct = new Presigning(new PushServices(bench.pool(), store, new Semaphore(PushServices.PUTS),
                MemoryBudget.ofHeap(), Limits.DEFAULT, Path.of("target"), Polyglots::refuse, _ -> { }));
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        bench.close();
        store.close();
        server.close();
    }

    @Benchmark
    public Presigning.PresignedWays stored() throws SQLException {
        return direct.presign(repository, here, sizes);
    }

    @Benchmark
    public Presigning.PresignedWays fresh() throws SQLException {
        return direct.presign(repository, absent, sizes);
    }
}
