package dev.musehub.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.musehub.core.model.Problem;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.Sql;
import dev.musehub.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The schema of a database is brought up to date once, and never turned back. */
@Tag("T5")
class MigrationsT5Test {

    private static List<Integer> versions(Pool pool) throws SQLException {
        try (Connection c = pool.acquire("test")) {
            return Sql.of(c, "select version from schema_version order by version").list(r -> r.getInt(1));
        }
    }

    @Test
    void hubsThatStartAtOnceApplyEachFileOnce() throws Exception {
        try (Pool pool = OpenPool.open(TestDatabase.emptyUrl(), "", "", 3);
                ExecutorService hubs = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Void> start = () -> {
                Migrations.apply(pool);
                return null;
            };
            for (Future<Void> started : hubs.invokeAll(List.of(start, start, start))) {
                started.get();
            }
            assertEquals(IntStream.rangeClosed(1, Migrations.FILES.size()).boxed().toList(), versions(pool));
        }
    }

    @Test
    void aSchemaNewerThanTheProgramIsRefusedAndLeftAlone() throws Exception {
        try (Pool pool = TestDatabase.pool(TestDatabase.emptyUrl())) {
            int newer = Migrations.FILES.size() + 1;
            try (Connection c = pool.acquire("test")) {
                Sql.of(c, "insert into schema_version (version) values (?)").with(newer).update();
            }
            Problem refused = assertThrows(Problem.class, () -> Migrations.apply(pool));
            assertEquals(Problem.Code.CONFLICT, refused.code());
            assertEquals(newer, versions(pool).getLast());
        }
    }
}
