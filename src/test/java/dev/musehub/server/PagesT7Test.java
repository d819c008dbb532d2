package dev.musehub.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.history.Commit;
import dev.musehub.testing.History;
import dev.musehub.testing.TestHub;
import dev.musehub.testing.TestHub.Answer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages over HTTP: who sees which, what their forms accept from whom, and what browsers are told about content. */
@Tag("T7")
class PagesT7Test {

    @TempDir
    private static Path data;
    private static TestHub hub;
    private static final String FORM = "Content-Type: application/x-www-form-urlencoded\r\n";
    private static final String PUSH = "Authorization: Bearer " + TestHub.TOKEN + "\r\n"
            + "Content-Type: application/x-muse-packstream\r\n";
    private static final String COOKIE = "Cookie: other=1; musehub=" + TestHub.TOKEN + "\r\n";
    private static final History HISTORY = new History();
    private static Commit commit;

    @BeforeAll
    static void open() {
        hub = new TestHub(data);
        hub.user("eve", "evil", "write");
        HISTORY.commit("start", Map.of("a.txt", "1\n"));
        commit = HISTORY.commit("feat: more", Map.of("a.txt", "2\n", "dir/x y.svg", "<svg onload='alert(1)'/>",
                "page.html", "<script>alert(1)</script>", "data one.bin", "a\0b", "song.mid", "MThd\0"));
        for (String slug : List.of("open", "closed")) {
            hub.send("POST", "/dev/" + slug + "/push/stream", PUSH, History.bytes(HISTORY.push("main")));
        }
        hub.sql("update repositories set public = true where slug = 'open'");
    }

    @AfterAll
    static void close() {
        assertFalse(hub.log().contains("fault"), hub.log());
        hub.close();
    }

    private static Answer get(String path, String headers) {
        return hub.send("GET", path, headers, new byte[0]);
    }

    private static Answer post(String path, String headers, String... fields) {
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < fields.length; i += 2) {
            body.append(i == 0 ? "" : "&").append(fields[i]).append('=')
                    .append(URLEncoder.encode(fields[i + 1], StandardCharsets.UTF_8));
        }
        return hub.send("POST", path, FORM + headers, body.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static String commitPath(String slug) {
        return "/dev/" + slug + "/commits/" + commit.id().hex();
    }

    private static String csrf(String slug, String cookie) {
        Matcher m = Pattern.compile("name=\"csrf\" value=\"([0-9a-f]{64})\"").matcher(get(commitPath(slug), cookie).text());
        assertTrue(m.find());
        return m.group(1);
    }

    @Test
    void pagesOfAPrivateRepositoryAreThereForItsOwnerOnly() {
        for (String page : List.of("commits/" + commit.id().hex(), "compare/main..main", "pushes", "insights",
                "raw/" + commit.id().hex() + "/a.txt", "pushes/live", "commits", "branches", "reflog", "reflog/main",
                "releases", "search?q=more")) {
            for (String headers : List.of("", "Cookie: musehub=evil\r\n", "Cookie: musehub=wrong\r\n")) {
                assertEquals(404, get("/dev/closed/" + page, headers + "Accept: text/html\r\n").status(), page);
            }
            if (!page.endsWith("live")) {
                assertEquals(200, get("/dev/closed/" + page, COOKIE + "Accept: text/html\r\n").status(), page);
                assertEquals(200, get("/dev/open/" + page, "Accept: text/html\r\n").status(), page);
            }
        }
    }

    @Test
    void everyPageForbidsWhatItDoesNotNeed() {
        for (String path : List.of(commitPath("open"), "/dev/open/pushes", "/-/sign-in", "/dev/nothing/pushes")) {
            String head = get(path, "").head();
            assertTrue(head.contains("default-src 'none'; style-src 'self'; script-src 'self'"), head);
            assertTrue(head.contains("frame-ancestors 'none'") && head.contains("nosniff"), head);
        }
    }

    @Test
    void programsStillGetWhatTheyGotAtTheSameAddress() {
        assertTrue(get("/dev/open/insights", "").head().contains("application/json"));
        assertTrue(get("/dev/open/insights", "Accept: text/html\r\n").head().contains("text/html"));
        assertTrue(get("/dev/open/reflog", "").head().contains("application/json"));
        assertTrue(get(commitPath("open") + "/comments", "").head().contains("application/json"));
        assertEquals(401, hub.send("POST", commitPath("open") + "/comments", COOKIE
                + "Content-Type: application/json\r\n", "{\"body\":\"x\"}".getBytes()).status(), "a cookie is no token");
    }

    @Test
    void signingInSetsACookieThatScriptsCannotReadAndLeadsBack() {
        Answer in = post("/-/sign-in", "", "token", TestHub.TOKEN, "to", commitPath("closed"));
        assertEquals(303, in.status());
        assertTrue(in.head().contains("HttpOnly; SameSite=Lax"), in.head());
        assertTrue(in.head().contains("Location: " + commitPath("closed")), in.head());
        assertEquals(401, post("/-/sign-in", "", "token", "wrong").status());
        assertEquals(401, post("/-/sign-in", "", "token", "a; Domain=x\r\nX: y").status());
        for (String away : List.of("//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nX: y", "")) {
            assertTrue(post("/-/sign-in", "", "token", TestHub.TOKEN, "to", away).head().matches(
                    "(?s).*Location: /(\\r\\n.*)?"), away);
        }
        assertEquals(403, post("/-/sign-in", "Sec-Fetch-Site: cross-site\r\n", "token", TestHub.TOKEN).status());
        // Browsers send no Sec-Fetch-Site to a hub reached by plain http.
        for (String elsewhere : List.of("Origin: http://evil.example", "Origin: null", "Referer: http://evil.example/h",
                "Origin: http://h.evil.example")) {
            assertEquals(403, post("/-/sign-in", elsewhere + "\r\n", "token", TestHub.TOKEN).status(), elsewhere);
        }
        for (String here : List.of("Origin: http://h", "Referer: http://h/-/sign-in", "Origin: https://h:443")) {
            assertEquals(303, post("/-/sign-in", here + "\r\n", "token", TestHub.TOKEN).status(), here);
        }
        assertEquals(413, post("/-/sign-in", "", "token", "x".repeat(9_000)).status());
        assertTrue(post("/-/sign-out", COOKIE, "csrf", csrf("open", COOKIE)).head().contains("Max-Age=0"));
    }

    @Test
    void aCommentNeedsAFormOfOurs() {
        String csrf = csrf("open", COOKIE);
        String path = commitPath("open") + "/comments";
        assertEquals(403, post(path, COOKIE, "body", "x").status());
        assertEquals(403, post(path, COOKIE, "body", "x", "csrf", "0".repeat(64)).status());
        assertEquals(403, post(path, "Cookie: musehub=evil\r\n", "body", "x", "csrf", csrf).status(), "another's");
        assertEquals(403, post(path, "", "body", "x", "csrf", csrf).status(), "nobody's");
        assertEquals(403, post(path, COOKIE + "Sec-Fetch-Site: same-site\r\n", "body", "x", "csrf", csrf).status());
        assertEquals(403, post(path + "/1/delete", COOKIE, "x", "y").status());
        assertFalse(get(commitPath("open"), "").text().contains("class=\"comment\""));
        Answer added = post(path, COOKIE, "body", "Fine & <b>good</b>", "csrf", csrf);
        assertEquals(303, added.status());
        String page = get(commitPath("open"), COOKIE).text();
        assertTrue(page.contains("Fine &amp; &lt;b&gt;good&lt;/b&gt;"), page);
        String number = added.head().replaceAll("(?s).*#comment-([0-9]+).*", "$1");
        assertEquals(303, post(path + "/" + number + "/delete", COOKIE, "csrf", csrf).status());
        assertFalse(get(commitPath("open"), "").text().contains("class=\"comment\""));
    }

    @Test
    void filesComeAsTheyAreAndRunNothing() {
        Answer svg = get("/dev/open/raw/" + commit.id().hex() + "/dir/x%20y.svg", "");
        assertEquals("<svg onload='alert(1)'/>", svg.text());
        assertTrue(svg.head().contains("image/svg+xml") && svg.head().contains("sandbox"), svg.head());
        Answer html = get("/dev/open/raw/" + commit.id().hex().substring(0, 10) + "/page.html", "");
        assertTrue(html.head().contains("text/plain; charset=utf-8") && html.head().contains("nosniff"), html.head());
        for (String none : List.of("/..%2f..%2fa.txt", "/nothing", "/dir", "/a.txt%00", "/.muse/HEAD")) {
            assertEquals(404, get("/dev/open/raw/" + commit.id().hex() + none, "").status(), none);
        }
        Answer bytes = get("/dev/open/raw/" + commit.id().hex() + "/data%20one.bin", "");
        assertTrue(bytes.head().contains("application/octet-stream")
                && bytes.head().contains("attachment; filename*=UTF-8''data%20one.bin"), bytes.head());
        assertEquals("a\0b", bytes.text());
        Answer sound = get("/dev/open/raw/" + commit.id().hex() + "/song.mid", "");
        assertTrue(sound.head().contains("audio/midi") && !sound.head().contains("attachment"), sound.head());
        String tag = html.head().replaceAll("(?si).*ETag: (\"[^\"]*\").*", "$1");
        assertEquals(304, get("/dev/open/raw/" + commit.id().hex() + "/page.html", "If-None-Match: " + tag + "\r\n")
                .status());
    }

    @Test
    void partsOfAFileComeAsPlayersAskForThem() {
        String path = "/dev/open/raw/" + commit.id().hex() + "/page.html";
        String whole = "<script>alert(1)</script>";
        Answer all = get(path, "");
        assertTrue(all.status() == 200 && all.head().contains("Accept-ranges: bytes"), all.head());
        String tag = all.head().replaceAll("(?si).*ETag: (\"[^\"]*\").*", "$1");
        Map.of("bytes=0-", "0-24", "bytes=0-0", "0-0", "bytes=8-12", "8-12", "bytes=20-999", "20-24", "bytes=-3", "22-24",
                "bytes=-99", "0-24").forEach((asked, got) -> {
            Answer part = get(path, "Range: " + asked + "\r\nIf-Range: " + tag + "\r\n");
            String[] ends = got.split("-");
            assertEquals(206, part.status(), asked);
            assertTrue(part.head().contains("Content-range: bytes " + got + "/25"), part.head());
            assertEquals(whole.substring(Integer.parseInt(ends[0]), Integer.parseInt(ends[1]) + 1), part.text());
        });
        for (String none : List.of("bytes=25-", "bytes=99-100", "bytes=-0")) {
            Answer refused = get(path, "Range: " + none + "\r\n");
            assertEquals(416, refused.status(), none);
            assertTrue(refused.head().contains("Content-range: bytes */25"), refused.head());
        }
        for (String other : List.of("bytes=5-2", "bytes=x", "bytes=", "bytes=-", "lines=0-1", "bytes=0-1,3-4",
                "bytes=99999999999999999999-")) {
            assertEquals(whole, get(path, "Range: " + other + "\r\n").text(), other);
        }
        assertEquals(whole, get(path, "Range: bytes=0-1\r\nIf-Range: \"other\"\r\n").text());
    }

    @Test
    void anAddressThatNamesNothingIsAPageThatSaysSo() {
        for (String path : List.of("/dev/open/commits/" + "0".repeat(64), "/dev/open/commits/xyz", "/no/where/pushes",
                "/dev/open/compare/main..nowhere", "/dev/open/compare/%3Cscript%3E..main")) {
            Answer answer = get(path, "");
            assertTrue(answer.status() == 404 || answer.status() == 422, path);
            assertTrue(answer.text().contains("<h1>" + answer.status() + "</h1>") && !answer.text().contains("<script>"),
                    answer.text());
        }
    }

    @Test
    void aRunningPushIsSeenLiveAndThenInTheTable() throws IOException {
        History history = History.line("live", 30);
        byte[] stream = History.bytes(history.push("watched"));
        try (Socket listener = new Socket("127.0.0.1", hub.port()); Socket pusher = new Socket("127.0.0.1", hub.port())) {
            listener.setSoTimeout(300_000);
            listener.getOutputStream().write("GET /dev/open/pushes/live HTTP/1.1\r\nHost: h\r\n\r\n".getBytes());
            BufferedReader events = new BufferedReader(new InputStreamReader(listener.getInputStream(),
                    StandardCharsets.UTF_8));
            await(events, "No push is running.");
            OutputStream out = pusher.getOutputStream();
            out.write(("POST /dev/open/push/stream HTTP/1.1\r\nHost: h\r\nContent-Length: " + stream.length + "\r\n" + PUSH
                    + "\r\n").getBytes());
            out.write(stream, 0, stream.length / 2);
            out.flush();
            await(events, "<b>dev</b> to watched: receive");
            out.write(stream, stream.length / 2, stream.length - stream.length / 2);
            out.flush();
            await(events, "event: ended");
            await(events, history.head().hex());
        }
        assertTrue(get("/dev/open/pushes", "").text().contains(history.head().hex()));
    }

    private static void await(BufferedReader events, String text) throws IOException {
        for (String line = events.readLine(); line != null; line = events.readLine()) {
            if (line.contains(text)) {
                return;
            }
        }
        throw new AssertionError("the stream ended before: " + text);
    }
}
