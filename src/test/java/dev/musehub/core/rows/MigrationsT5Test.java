package dev.musehub.core.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.musehub.testing.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What an older hub wrote is what a newer one would have written. */
@Tag("T5")
class MigrationsT5Test {

    /** A database as the schema {@code version} left it. */
    private static void older(Pool pool, int version) throws Exception {
        try (Connection c = pool.acquire("test"); Statement s = c.createStatement()) {
            s.execute("create table schema_version (version int not null primary key,"
                    + " applied_at timestamptz not null default now())");
            for (int i = 1; i <= version; i++) {
                s.execute(new String(Migrations.class.getResourceAsStream("/sql/" + Migrations.FILES.get(i - 1))
                        .readAllBytes(), StandardCharsets.UTF_8));
                s.execute("insert into schema_version (version) values (" + i + ")");
            }
        }
    }

    @Test
    void generationsBecomeTimesThatGrowFromParentsToChildren() throws Exception {
        try (Pool pool = Pool.open(TestDatabase.emptyUrl(), "", "", 2)) {
            older(pool, Migrations.FILES.indexOf("009_search.sql"));
            try (Connection c = pool.acquire("test"); Statement s = c.createStatement()) {
                s.execute("insert into users (name) values ('u')");
                s.execute("insert into repositories (owner_id, slug, muse_id, domain) select id, 'r', '', '' from users");
                s.execute("insert into snapshots (repo_id, id, entries, delta, chain_bytes, created_at)"
                        + " select id, sha256('s'), 0, '', 0, '' from repositories");
                // Four hours in a row, but the third one's clock was a year behind.
                for (int i = 1; i <= 4; i++) {
                    s.execute("insert into commits (repo_id, id, snapshot_id, parent1, generation, committed_at, author,"
                            + " agent_id, model_id, sem_ver_bump, record) select id, sha256('" + i + "'), sha256('s'), "
                            + (i == 1 ? "null" : "sha256('" + (i - 1) + "')") + ", " + i + ", '" + (i == 3 ? 2025 : 2026)
                            + "-01-01T0" + i + ":00:00.000007Z', '', '', '', '', '' from repositories");
                }
            }
            Migrations.apply(pool);
            long hour = 3_600_000_000L;
            long first = 1_767_229_200_000_007L;
            assertEquals(List.of(first, first + hour, first + hour + 1, first + 3 * hour), generations(pool));
        }
    }

    private static List<Long> generations(Pool pool) throws SQLException {
        List<Long> found = new ArrayList<>();
        try (Connection c = pool.acquire("test"); Statement s = c.createStatement();
                ResultSet r = s.executeQuery("select generation from commits order by generation")) {
            while (r.next()) {
                found.add(r.getLong(1));
            }
        }
        return found;
    }
}
