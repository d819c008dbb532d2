package dev.musehub.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.musehub.core.model.Problem;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The two forms in which a database is named. */
@Tag("T1")
class DatabaseUrlT1Test {

    @ParameterizedTest
    @CsvSource({
        "jdbc:postgresql://db/hub?user=u&password=p, jdbc:postgresql://db/hub?user=u&password=p",
        "postgres://u:p@db:5433/hub, jdbc:postgresql://db:5433/hub?user=u&password=p",
        "postgresql://u@db/hub?sslmode=require, jdbc:postgresql://db/hub?user=u&sslmode=require",
        "postgres://db, jdbc:postgresql://db/",
        "postgres://u:a%40b+%26c@[::1]/hub, jdbc:postgresql://[::1]/hub?user=u&password=a%40b%2B%26c"})
    void bothFormsName(String text, String jdbc) {
        assertEquals(jdbc, DatabaseUrl.jdbc(text));
    }

    @Test
    void anythingElseIsRefusedWithoutItsPassword() {
        for (String wrong : new String[] {"mysql://u:secret@db/hub", "postgres://u:sec ret@db/hub", "postgres:secret"}) {
            Problem refused = assertThrows(Problem.class, () -> DatabaseUrl.jdbc(wrong));
            assertEquals(Problem.Code.BAD_REQUEST, refused.code());
            assertFalse(refused.getMessage().contains("sec ret") || refused.getMessage().contains("secret@"), wrong);
        }
    }
}
