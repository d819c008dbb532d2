package dev.musehub.core.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.model.Sha256;
import dev.musehub.postgres.OpenPool;
import dev.musehub.testing.TestDatabase;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Parameters arrive in their order and as what they are, and no statement is left open. */
@Tag("T5")
class SqlT5Test {

    private static final Sha256 ID = Sha256.of(new byte[] {1});

    private interface Question {
        void ask(Connection c) throws SQLException;
    }

    private static void on(Question question) throws SQLException {
        try (Pool pool = OpenPool.open(TestDatabase.freshUrl(), "", "", 1); Connection c = pool.acquire("test")) {
            question.ask(c);
        }
    }

    @Test
    void parametersOfEveryKindComeBackAsTheyWere() throws SQLException {
        Instant time = Instant.parse("2026-01-02T03:04:05.000006Z");
        on(c -> Sql.of(c, "select ?::bytea, ?::timestamptz, ?::bytea, ?::timestamptz, ?::bytea[], ?::text[], ?::bigint")
                .with(ID, time, Optional.empty(), Optional.of(time)).ids(List.of(ID)).array("text", List.of("a", "b"))
                .with(7L).one(r -> {
                    assertEquals(ID, Sql.id(r, 1));
                    assertEquals(time, Sql.time(r, 2));
                    assertEquals(Optional.empty(), Sql.optionalId(r, 3));
                    assertEquals(Optional.of(time), Sql.optionalTime(r, 4));
                    assertEquals(ID, Sha256.ofBytes(((byte[][]) r.getArray(5).getArray())[0]));
                    assertEquals(List.of("a", "b"), Sql.texts(r, 6));
                    assertEquals(7, r.getLong(7));
                    return true;
                }));
    }

    @Test
    void columnsOfRowsMayHoldNulls() throws SQLException {
        on(c -> assertEquals(List.of(Optional.of(ID), Optional.empty()),
                Sql.of(c, "select * from unnest(?::bytea[])")
                        .column("bytea", List.of(Optional.of(ID), Optional.empty()), id -> id)
                        .list(r -> Sql.optionalId(r, 1))));
    }

    @Test
    void onlyOneNeedsARow() throws SQLException {
        on(c -> {
            Sql none = Sql.of(c, "select 1 where false");
            assertEquals(List.of(), none.list(r -> r.getInt(1)));
            assertEquals(Optional.empty(), none.first(r -> r.getInt(1)));
            assertThrows(SQLException.class, () -> none.one(r -> r.getInt(1)));
        });
    }

    @Test
    void statementsAreClosedWhateverHappens() throws SQLException {
        on(c -> {
            List<PreparedStatement> opened = new ArrayList<>();
            Connection watched = (Connection) Proxy.newProxyInstance(Sql.class.getClassLoader(),
                    new Class<?>[] {Connection.class}, (_, method, args) -> {
                        Object result = method.invoke(c, args);
                        if (result instanceof PreparedStatement s) {
                            opened.add(s);
                        }
                        return result;
                    });
            Sql.of(watched, "select 1").one(r -> r.getInt(1));
            Sql.of(watched, "create table t (n int)").update();
            assertThrows(SQLException.class, () -> Sql.of(watched, "select 1 / 0").list(r -> r.getInt(1)));
            assertThrows(SQLException.class, () -> Sql.of(watched, "select 1").with(1).list(r -> r.getInt(1)));
            assertThrows(IllegalStateException.class, () -> Sql.of(watched, "select 1").each(_ -> {
                throw new IllegalStateException();
            }));
            assertEquals(5, opened.size());
            for (PreparedStatement s : opened) {
                assertTrue(s.isClosed());
            }
        });
    }
}
