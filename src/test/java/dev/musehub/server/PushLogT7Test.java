package dev.musehub.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.Lease;
import dev.musehub.repositories.PushRows;
import dev.musehub.repositories.PushRows.PushRecord;
import dev.musehub.testing.Await;
import dev.musehub.testing.History;
import dev.musehub.testing.TestHub;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The record of pushes. It is written after the answer, so tests ask until it is there, up to a time limit. */
@Tag("T7")
class PushLogT7Test {

    @TempDir
    private static Path data;
    private static TestHub hub;
    private static final String OWNER = "Authorization: Bearer " + TestHub.TOKEN + "\r\n"
            + "Content-Type: application/x-muse-packstream\r\n";

    @BeforeAll
    static void open() {
        hub = new TestHub(data);
    }

    @AfterAll
    static void close() {
        assertFalse(hub.log().contains("fault"), hub.log());
        hub.close();
    }

    private static int push(String slug, List<Frame> frames) {
        return hub.send("POST", "/dev/" + slug + "/push/stream", OWNER, History.bytes(frames)).status();
    }

    private static List<PushRecord> pushes(String slug, int atLeast) {
        return pushes(hub, slug, found -> found.size() >= atLeast);
    }

    /** A row is written after the answer. */
    private static List<PushRecord> pushes(TestHub on, String slug, Predicate<List<PushRecord>> good) {
        return Await.until("the rows of " + slug, () -> {
            try (Connection c = on.hub().pool().acquire("test");
                    var s = c.prepareStatement("select id from repositories where slug = ?")) {
                s.setString(1, slug);
                try (var r = s.executeQuery()) {
                    return r.next() ? PushRows.latest(c, r.getLong(1), 2_000) : List.<PushRecord>of();
                }
            }
        }, good);
    }

    @Test
    void aPushLeavesARowWithItsPhases() {
        History history = History.line("a", 3);
        push("good", history.push("main"));
        PushRecord row = pushes("good", 1).getFirst();
        assertEquals("dev", row.user());
        assertEquals("main", row.branch());
        assertEquals(PushRows.DONE, row.outcome());
        assertEquals(Optional.of(history.head()), row.head());
        assertEquals(history.objects().size(), row.stored());
        assertEquals(3, row.commits());
        assertFalse(row.objectsOnly());
        assertEquals(List.of("receive", "integrity", "quota", "signatures", "snapshots", "commits", "branch", "jobs"),
                List.copyOf(row.phases().keySet()));
        assertTrue(row.millis() >= row.phases().values().stream().mapToDouble(d -> d).sum() * 0.99, row.toString());
    }

    @Test
    void aRefusedPushSaysWhyAndHowFarItGot() {
        History history = History.line("b", 2);
        push("bad", history.push("main"));
        pushes("bad", 1);
        History other = History.line("other", 2);
        push("bad", other.push("main"));
        PushRecord row = pushes("bad", 2).getFirst();
        assertEquals("not-fast-forward", row.outcome());
        assertEquals(Optional.empty(), row.head());
        assertEquals("branch", List.copyOf(row.phases().keySet()).getLast());
        List<Frame> torn = history.push("next");
        push("bad", torn.subList(0, torn.size() - 1));
        assertEquals("truncated-stream", pushes("bad", 3).getFirst().outcome());
    }

    @Test
    void aStreamOfObjectsOnlyIsMarkedAsSuch() {
        History history = History.line("c", 2);
        push("parts", history.push(History.header("main", Optional.empty(), false, new Lease.None()),
                history.objects().keySet(), List.of()));
        assertTrue(pushes("parts", 1).getFirst().objectsOnly());
    }

    @Test
    void aClientThatFellSilentIsRecordedToo() {
        History history = History.line("g", 2);
        byte[] stream = History.bytes(history.push("main"));
        String head = "POST /dev/silent/push/stream HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: "
                + stream.length + "\r\n" + OWNER + "\r\n";
        byte[] request = (head + new String(stream, 0, stream.length / 2, StandardCharsets.ISO_8859_1))
                .getBytes(StandardCharsets.ISO_8859_1);
        try (TestHub impatient = TestHub.impatient(data.resolve("impatient"))) {
            impatient.raw(request, false);
            PushRecord row = pushes(impatient, "silent", found -> !found.isEmpty()).getFirst();
            assertNotEquals(PushRows.DONE, row.outcome());
            assertEquals(List.of("receive"), List.copyOf(row.phases().keySet()));
        }
    }

    @Test
    void onlyTheLatestThousandAreKept() {
        History history = History.line("d", 1);
        push("many", history.push("main"));
        pushes("many", 1);
        hub.sql("insert into pushes (repo_id, user_id, branch, objects_only, started_at, millis, outcome, stored,"
                + " skipped, commits, phases, phase_millis) select r.id, r.owner_id, 'old', false, now(), 1, 'done', 0, 0,"
                + " 0, '{}', '{}' from repositories r, generate_series(1, 1500) where r.slug = 'many'");
        push("many", History.line("e", 1).push("second"));
        List<PushRecord> rows = pushes(hub, "many", found -> found.getFirst().branch().equals("second"));
        assertEquals(PushRows.KEPT, rows.size());
    }

    @Test
    void aPushWhoseRowCannotBeWrittenIsDoneAllTheSame() {
        hub.sql("alter table pushes add constraint none_today check (branch <> 'unlucky')");
        try {
            History history = History.line("f", 2);
            push("lucky", history.push("unlucky"));
            Await.until("the complaint", () -> hub.log().contains("a push to dev/lucky is not recorded"));
            assertTrue(hub.send("GET", "/dev/lucky/refs", OWNER, new byte[0]).text().contains(history.head().hex()));
        } finally {
            hub.sql("alter table pushes drop constraint none_today");
        }
    }
}
