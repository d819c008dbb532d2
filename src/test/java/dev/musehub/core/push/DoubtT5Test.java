package dev.musehub.core.push;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Problem.Code;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.Limits;
import dev.musehub.testing.FaultProxy;
import dev.musehub.testing.History;
import dev.musehub.testing.MemoryStore;
import dev.musehub.testing.PushFixture;
import dev.musehub.testing.TestDatabase;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The line to the database breaks while the branch's commit is on its way: the answer is lost, the effect may not be. */
@Tag("T5")
class DoubtT5Test {

    private final String url = TestDatabase.freshUrl();
    private final MemoryStore store = new MemoryStore();
    private FaultProxy line;
    private PushFixture bench;

    @BeforeEach
    void open() throws IOException {
        String port = url.replaceFirst("^jdbc:postgresql://[^:]*:([0-9]+)/.*$", "$1");
        line = new FaultProxy(Integer.parseInt(port));
        bench = new PushFixture(store, Limits.DEFAULT, url.replace(":" + port + "/", ":" + line.port() + "/"));
        bench.push(History.line("first", 1).push("main"));
        bench.sql("""
                create function at_commit() returns trigger language plpgsql as $$
                begin perform pg_sleep(0.5); if new.name = 'refused' then raise 'no'; end if; return null; end $$
                """);
        bench.sql("""
                create constraint trigger at_commit after insert or update on branches
                deferrable initially deferred for each row execute function at_commit()
                """);
    }

    @AfterEach
    void close() throws IOException {
        bench.close();
        line.close();
    }

    /** Pushes to a branch, and cuts all lines to the database once the commit is being executed there. */
    private Frame.Result pushWithACut(History history, String branch) throws Exception {
        try (ExecutorService one = Executors.newVirtualThreadPerTaskExecutor();
                Connection watch = DriverManager.getConnection(url); Statement look = watch.createStatement()) {
            Future<Frame.Result> push = one.submit(() -> bench.push(history.push(branch)));
            boolean committing = false;
            while (!committing) {
                try (ResultSet r = look.executeQuery("""
                        select exists (select from pg_stat_activity where datname = current_database()
                            and wait_event = 'PgSleep')
                        """)) {
                    r.next();
                    committing = r.getBoolean(1);
                }
            }
            line.cutAll();
            try {
                return push.get();
            } catch (ExecutionException e) {
                throw (Exception) e.getCause();
            }
        }
    }

    @Test
    void aPushWhoseCommitHadItsEffectIsAcknowledged() throws Exception {
        History history = History.line("second", 3);
        assertEquals(Optional.of(history.head()), pushWithACut(history, "kept").head());
        assertEquals(history.head(), bench.heads().get("kept"));
    }

    @Test
    void aPushWhoseCommitHadNoneIsRefusedAndCanBeRetried() {
        History history = History.line("third", 3);
        Problem refused = assertThrows(Problem.class, () -> pushWithACut(history, "refused"));
        assertEquals(Code.DATABASE_UNAVAILABLE, refused.code());
        bench.bury();
        assertEquals(Map.of("main", History.line("first", 1).head()), bench.heads());
    }
}
