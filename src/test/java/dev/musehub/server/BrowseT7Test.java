package dev.musehub.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.testing.History;
import dev.musehub.testing.TestHub;
import dev.musehub.testing.TestHub.Answer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages that lead to a file, over HTTP: what there is at which address, and for whom. */
@Tag("T7")
class BrowseT7Test {

    private static final String HTML = "Accept: text/html\r\n";
    private static final String PUSH = "Authorization: Bearer " + TestHub.TOKEN + "\r\n"
            + "Content-Type: application/x-muse-packstream\r\n";
    private static final String OWNER = HTML + "Cookie: musehub=" + TestHub.TOKEN + "\r\n";
    private static final String EVE = HTML + "Cookie: musehub=evil\r\n";
    private static final History HISTORY = new History();

    @TempDir
    private static Path data;
    private static TestHub hub;

    @BeforeAll
    static void open() {
        hub = new TestHub(data);
        hub.user("eve", "evil", "admin");
        HISTORY.commit("start", Map.of("README.md", "# Hello\n", "dir/a b.txt", "text\n"));
        for (String slug : List.of("open", "closed")) {
            for (String branch : List.of("main", "feature/x")) {
                assertEquals(200, hub.send("POST", "/dev/" + slug + "/push/stream", PUSH,
                        History.bytes(HISTORY.push(branch))).status());
            }
        }
        hub.sql("update repositories set public = true where slug = 'open'");
        hub.sql("insert into repositories (owner_id, slug, muse_id, domain) select id, 'hidden', '', '' from users"
                + " where name = 'eve'");
    }

    @AfterAll
    static void close() {
        assertFalse(hub.log().contains("fault"), hub.log());
        hub.close();
    }

    private static Answer get(String path, String headers) {
        return hub.send("GET", path, headers, new byte[0]);
    }

    @Test
    void homeShowsWhatOneMaySee() {
        String stranger = get("/", HTML).text();
        assertTrue(stranger.contains("href=\"/dev/open\"") && !stranger.contains("closed") && !stranger.contains("/eve/hidden"));
        String owner = get("/", OWNER).text();
        assertTrue(owner.contains("/dev/open\"") && owner.contains("/dev/closed\"") && !owner.contains("/eve/hidden"), owner);
        assertTrue(owner.contains("pushed <a href=\"/dev/closed/commits/" + HISTORY.head().hex()), "and what was pushed");
        String eve = get("/", EVE).text();
        assertTrue(eve.contains("/eve/hidden\"") && !eve.contains("closed"), eve);
    }

    @Test
    void anOwnerWithNothingToSeeLooksLikeNobody() {
        assertTrue(get("/dev", HTML).text().contains("/dev/open\""));
        assertFalse(get("/dev", EVE).text().contains("closed"));
        Answer hidden = get("/eve", HTML);
        assertEquals(404, hidden.status());
        assertEquals(hidden.text().replace("eve", "X"), get("/norbert", HTML).text().replace("norbert", "X"));
        assertEquals(200, get("/eve", EVE).status());
        hub.user("new", "fresh", "admin");
        assertTrue(get("/new", HTML + "Cookie: musehub=fresh\r\n").text().contains("remote add origin http://h/new/NAME"));
    }

    @Test
    void manyRepositoriesComeInPagesThatHaveEachOnce() {
        hub.sql("insert into users (name) values ('busy')");
        hub.sql("insert into repositories (owner_id, slug, muse_id, domain, public, pushed_at) select id, 'r' || n, '', '',"
                + " true, '2026-01-01'::timestamptz + n % 7 * interval '1 microsecond' from users, generate_series(1, 70) as n"
                + " where name = 'busy'");
        List<String> listed = new ArrayList<>();
        String address = "/busy";
        int pages = 0;
        while (!address.isEmpty()) {
            String page = get(address, HTML).text();
            Pattern.compile("href=\"/busy/(r[0-9]+)\"").matcher(page).results().forEach(m -> listed.add(m.group(1)));
            Matcher next = Pattern.compile("rel=\"next\" href=\"([^\"]*)\"").matcher(page);
            address = next.find() ? next.group(1) : "";
            pages++;
        }
        assertEquals(3, pages);
        assertEquals(70, listed.size());
        assertEquals(IntStream.rangeClosed(1, 70).mapToObj(n -> "r" + n).collect(TreeSet::new, TreeSet::add, TreeSet::addAll),
                new TreeSet<>(listed));
    }

    @Test
    void everyPageOfARepositoryLeadsOnlyToPagesThatAreThere() {
        TreeSet<String> waiting = new TreeSet<>(List.of("/dev/open"));
        TreeSet<String> seen = new TreeSet<>();
        while (!waiting.isEmpty() && seen.size() < 200) {
            String address = waiting.pollFirst();
            seen.add(address);
            Answer answer = get(address, HTML);
            assertEquals(200, answer.status(), address);
            Pattern.compile("(?:href|src)=\"(/[^\"#]*)").matcher(answer.text()).results().map(m -> m.group(1)
                    .replace("&amp;", "&")).filter(next -> !seen.contains(next) && next.matches("/(dev(/.*)?|-/[a-z.]*)?")
                            && !next.matches(".*/reflog/[0-9a-f]{64}")).forEach(waiting::add);
        }
        assertTrue(waiting.isEmpty(), "there are not so many");
        assertTrue(seen.contains("/dev/open/blob/feature%2Fx/dir/a%20b.txt"));
        assertTrue(seen.contains("/dev/open/history/main/README.md"));
    }

    @Test
    void aFileAskedForAsADirectoryIsFoundAndTheOtherWayRound() {
        Answer file = get("/dev/open/tree/feature%2Fx/dir/a%20b.txt", HTML);
        assertEquals(303, file.status());
        assertTrue(file.head().contains("Location: /dev/open/blob/feature%2Fx/dir/a%20b.txt"), file.head());
        assertTrue(get("/dev/open/blob/main/dir", HTML).head().contains("Location: /dev/open/tree/main/dir"));
        assertEquals(200, hub.send("HEAD", "/dev/open/blob/main/README.md", HTML, new byte[0]).status());
    }

    @Test
    void programsAndWhoWatchesTheHubGetWhatTheyGot() {
        assertEquals(404, get("/", "").status());
        assertTrue(get("/healthz", HTML).head().contains("application/json"));
        assertTrue(get("/dev/open/insights", "").head().contains("application/json"));
    }

    @Test
    void anEmptyRepositorySaysHowToFillIt() {
        String page = get("/eve/hidden", EVE).text();
        assertTrue(page.contains("musehub remote add origin http://h/eve/hidden"), page);
        assertEquals(404, get("/eve/hidden/tree/main", EVE).status());
    }

    @Test
    void whatIsNotThereIsAPageThatSaysSo() {
        for (String path : List.of("/dev/open/tree/nothing", "/dev/open/tree/main/nothing", "/dev/open/blob/main/nothing",
                "/dev/open/history/main/nothing", "/dev/open/blob/main/..%2f..%2fetc%2fpasswd", "/dev/open/tree/%00",
                "/dev/open/blob/%3Cscript%3E/x", "/dev/open/tree/main/%ff", "/nobody/nothing")) {
            Answer answer = get(path, HTML);
            assertEquals(404, answer.status(), path);
            assertTrue(answer.text().contains("<h1>404</h1>") && !answer.text().contains("<script>"), answer.text());
        }
        for (String odd : List.of("/?after=x", "/?after=99999999999999999.999999999999999999", "/dev/open/tree/main?after=%00",
                "/dev/open/history/main/README.md?from=x,,", "/dev/open/history/main/README.md?from=" + "0".repeat(64))) {
            assertEquals(200, get(odd, HTML).status(), odd);
        }
    }
}
