package dev.musehub.repositories;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.musehub.core.rows.Pool;
import dev.musehub.postgres.Migrations;
import dev.musehub.postgres.OpenPool;
import dev.musehub.testing.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whoever adds a table has to say what becomes of its rows when a repository is deleted. */
@Tag("T5")
class DeletedRowsT5Test {

    /** Collected as in any repository. */
    private static final Set<String> HISTORY = Set.of("commits", "snapshots", "snapshot_objects", "repository_objects");

    @Test
    void nothingOfADeletedRepositoryIsForgotten() throws SQLException {
        String keptByThemselves = """
                select table_name from information_schema.columns
                where column_name = 'repo_id' and table_schema = current_schema()
                    and not exists (select from pg_constraint where conrelid = table_name::regclass and confdeltype = 'c')
                """;
        Set<String> tables = new TreeSet<>();
        try (Pool pool = OpenPool.open(TestDatabase.freshUrl(), "", "", 2)) {
            Migrations.apply(pool);
            try (Connection c = pool.acquire("test"); PreparedStatement s = c.prepareStatement(keptByThemselves);
                    ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    tables.add(r.getString(1));
                }
            }
        }
        DeletedRows.NOTES.stream().filter(note -> !note.equals("pushes")).forEach(tables::remove);
        assertEquals(new TreeSet<>(HISTORY), tables, "let the key cascade, or add the table to DeletedRows.NOTES");
    }
}
