package dev.musehub.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.model.Value;
import dev.musehub.core.wire.Lease;
import dev.musehub.jobs.JobKind;
import dev.musehub.json.JsonValues;
import dev.musehub.testing.Await;
import dev.musehub.testing.History;
import dev.musehub.testing.TestHub;
import dev.musehub.testing.TestHub.Answer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code GET insights}: what appears after a push, and who may see it. */
@Tag("T7")
class InsightsT7Test {

    @TempDir
    private static Path data;
    private static TestHub hub;
    private static final String OWNER = "Authorization: Bearer " + TestHub.TOKEN + "\r\n";
    private static final String STREAM = "Content-Type: application/x-muse-packstream\r\n";
    private static final String JSON = "Content-Type: application/json\r\n";

    @BeforeAll
    static void open() {
        hub = new TestHub(data);
        hub.user("eve", "evil", "admin");
    }

    @AfterAll
    static void close() {
        assertFalse(hub.log().contains("fault"), hub.log());
        hub.close();
    }

    private static Answer get(String slug, String auth) {
        return hub.send("GET", "/dev/" + slug + "/insights", auth, new byte[0]);
    }

    private static Value.Dict insights(String slug) {
        return JsonValues.decode(get(slug, OWNER).body()).asDict("insights");
    }

    private static void awaitQueue() {
        Await.until("all jobs", () -> !insightsPending());
    }

    private static boolean insightsPending() {
        try (var c = hub.hub().pool().acquire("test"); var s = c.createStatement();
                var r = s.executeQuery("select exists (select from jobs)")) {
            r.next();
            return r.getBoolean(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void push(String slug, History history, String branch) {
        assertEquals(200, hub.send("POST", "/dev/" + slug + "/push/stream", OWNER + STREAM,
                History.bytes(history.push(branch))).status());
        awaitQueue();
    }

    @Test
    void allKindsAppearAfterAPushEachWithItsHead() {
        History history = History.line("one", 3);
        push("shown", history, "main");
        Value.Dict insights = insights("shown");
        assertEquals(17, insights.entries().size());
        assertEquals(new TreeSet<>(JobKind.texts()), new TreeSet<>(insights.entries().keySet()));
        for (String kind : JobKind.texts()) {
            assertEquals(history.head().toString(), insights.dict(kind).text("head", ""));
        }
        String page = hub.send("GET", "/dev/shown/insights", "Cookie: musehub=" + TestHub.TOKEN
                + "\r\nAccept: text/html\r\n", new byte[0]).text();
        for (String title : List.of("Directories", "Sizes of commits", "Files that change together")) {
            assertTrue(page.contains("<h2>" + title + "</h2>"), page);
        }
        assertEquals(3, insights.dict("activity").dict("value").list("rows").getFirst().asDict("row")
                .integer("count", 0));
    }

    @Test
    void onlyWhoMayReadTheRepositorySeesThem() {
        push("closed", History.line("two", 2), "main");
        assertEquals(200, get("closed", OWNER).status());
        assertEquals(404, get("closed", "Authorization: Bearer evil\r\n").status());
        assertEquals(404, get("closed", "").status());
        hub.sql("update repositories set public = true where slug = 'closed'");
        assertEquals(200, get("closed", "").status());
        assertEquals(405, hub.send("POST", "/dev/closed/insights", OWNER, new byte[0]).status());
    }

    @Test
    void anotherDefaultBranchIsCountedAtOnce() {
        History history = History.line("three", 4);
        hub.send("POST", "/dev/moved/push/stream", OWNER + STREAM, History.bytes(history.push(
                History.header("main", Optional.of(history.commits().getFirst().id()), false, new Lease.None()),
                history.objects().keySet(), history.commits())));
        push("moved", history, "dev");
        assertEquals(history.commits().getFirst().id().toString(), insights("moved").dict("churn").text("head", ""));
        assertEquals(200, hub.send("POST", "/dev/moved/settings", OWNER + JSON,
                "{\"default_branch\":\"dev\"}".getBytes()).status());
        awaitQueue();
        assertEquals(history.head().toString(), insights("moved").dict("churn").text("head", ""));
    }

    @Test
    void aRepositoryMadePrivateLeavesTheProfileThatOthersShow() {
        push("p1", History.line("p1", 2), "main");
        push("p2", History.line("p2", 3), "main");
        hub.sql("update repositories set public = true where slug = 'p1'");
        hub.send("POST", "/dev/p2/settings", OWNER + JSON, "{\"public\":true}".getBytes());
        awaitQueue();
        assertEquals(List.of("p1", "p2"), profile().stream().filter(n -> n.startsWith("p")).toList());
        hub.send("POST", "/dev/p2/settings", OWNER + JSON, "{\"public\":false}".getBytes());
        awaitQueue();
        assertEquals(List.of("p1"), profile().stream().filter(n -> n.startsWith("p")).toList());
    }

    private static List<String> profile() {
        return insights("p1").dict("profile").dict("value").list("repositories").stream()
                .map(row -> row.asDict("row").text("name", "")).toList();
    }
}
