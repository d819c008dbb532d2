package dev.musehub.bench;

import dev.musehub.core.model.StoreLocation;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.rows.ObjectRows;
import dev.musehub.core.rows.Pool;
import dev.musehub.postgres.Migrations;
import dev.musehub.testing.TestDatabase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
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
import org.postgresql.PGConnection;

/**
 * One batch of object rows, committed. Guards arrays with {@code unnest}, which can say what shall happen to rows that
 * are there: {@code COPY} cannot, and would have to win by more than a staging table costs.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class InsertBench {

    @Param({"64", "1000"})
    public int rows;

    private Pool pool;
    private Connection plain;
    private int round;

    @Setup(Level.Trial)
    public void make() throws SQLException {
        String url = TestDatabase.freshUrl();
        pool = TestDatabase.pool(url);
        Migrations.apply(pool);
        plain = DriverManager.getConnection(url + (url.contains("?") ? "&" : "?") + "reWriteBatchedInserts=true");
        plain.setAutoCommit(false);
    }

    @TearDown(Level.Trial)
    public void close() throws SQLException {
        plain.close();
        pool.close();
    }

    private List<StoredObject> fresh() {
        UUID segment = UUID.randomUUID();
        return Samples.ids("row" + round++ + "/", rows).stream()
                .map(id -> new StoredObject(id, 1, Optional.of(new StoreLocation(segment, 8)))).toList();
    }

    @Benchmark
    public void unnest() throws SQLException {
        List<StoredObject> objects = fresh();
        try (Connection c = pool.acquire("bench")) {
            c.setAutoCommit(false);
            ObjectRows.insert(c, objects, 0);
            c.commit();
        }
    }

    @Benchmark
    public void rewrittenBatch() throws SQLException {
        String sql = "insert into objects (id, size, segment, position) values (?, ?, ?, ?) on conflict do nothing";
        try (PreparedStatement s = plain.prepareStatement(sql)) {
            for (StoredObject o : fresh()) {
                s.setBytes(1, o.id().bytes());
                s.setLong(2, o.size());
                s.setObject(3, o.place().orElseThrow().segment());
                s.setLong(4, o.place().orElseThrow().position());
                s.addBatch();
            }
            s.executeBatch();
        }
        plain.commit();
    }

    @Benchmark
    public void copy() throws SQLException, IOException {
        StringBuilder text = new StringBuilder();
        for (StoredObject o : fresh()) {
            text.append("\\\\x").append(o.id().hex()).append('\t').append(o.size()).append('\t')
                    .append(o.place().orElseThrow().segment()).append("\t8\n");
        }
        plain.unwrap(PGConnection.class).getCopyAPI().copyIn("copy objects (id, size, segment, position) from stdin",
                new ByteArrayInputStream(text.toString().getBytes(StandardCharsets.UTF_8)));
        plain.commit();
    }

}
