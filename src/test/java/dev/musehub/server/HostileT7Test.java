package dev.musehub.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.io.MemoryBudget;
import dev.musehub.core.model.Problem.Code;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.FrameReader;
import dev.musehub.core.wire.Lease;
import dev.musehub.core.wire.Limits;
import dev.musehub.json.JsonValues;
import dev.musehub.testing.History;
import dev.musehub.testing.TestHub;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Raw HTTP against a hub: hostile and odd requests, who may do what, and the shape of answers. */
@Tag("T7")
class HostileT7Test {

    @TempDir
    private static Path data;
    private static TestHub hub;
    private static final History HISTORY = History.line("base", 3);
    private static final String AUTH = "Authorization: Bearer " + TestHub.TOKEN + "\r\n";
    private static final String STREAM = "Content-Type: application/x-muse-packstream\r\n";
    private static final String JSON = "Content-Type: application/json\r\n";

    @BeforeAll
    static void open() {
        hub = new TestHub(data);
        hub.user("eve", "evil", "admin");
        hub.user("dev", "reader", "read");
        assertEquals("R", last(push("/dev/repo", HISTORY.push("main"))));
        assertEquals("R", last(push("/dev/open", HISTORY.push("main"))));
        hub.sql("update repositories set public = true where slug = 'open'");
    }

    @AfterAll
    static void close() {
        assertFalse(hub.log().contains("fault"), hub.log());
        assertFalse(hub.log().contains(TestHub.TOKEN));
        hub.close();
    }

    private static TestHub.Answer push(String repository, List<? extends Frame> frames) {
        return stream(repository, History.bytes(frames));
    }

    private static TestHub.Answer stream(String repository, byte[] body) {
        return hub.send("POST", repository + "/push/stream", AUTH + STREAM, body);
    }

    /** The code of the refusal, or R. */
    private static String last(TestHub.Answer answer) {
        assertFalse(answer.text().contains("\tat "), "a stack trace: " + answer.text());
        if (answer.status() != 200) {
            return problem(answer).text("code", "");
        }
        FrameReader frames = new FrameReader(new ByteArrayInputStream(answer.body()), Limits.DEFAULT);
        Frame last = null;
        for (Optional<Frame> f = frames.next(); f.isPresent(); f = frames.next()) {
            last = f.get();
        }
        return last instanceof Frame.Failure x ? x.code() : last instanceof Frame.Result ? "R" : "nothing";
    }

    private static Value.Dict problem(TestHub.Answer answer) {
        assertTrue(answer.head().toLowerCase(java.util.Locale.ROOT).contains("content-type: application/problem+json"),
                answer.head());
        Value.Dict d = JsonValues.decode(answer.body()).asDict("problem");
        assertEquals(answer.status(), d.integer("status", 0));
        assertTrue(d.text("type", "").endsWith(":" + d.text("code", "?")));
        return d;
    }

    private static void refusedAndUnchanged(Code code, byte[] body) {
        String before = hub.send("GET", "/dev/repo/refs", AUTH, new byte[0]).text();
        assertEquals(code.text(), last(stream("/dev/repo", body)));
        assertEquals(before, hub.send("GET", "/dev/repo/refs", AUTH, new byte[0]).text());
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(all::writeBytes);
        return all.toByteArray();
    }

    private static final Frame.Header OBJECTS = History.header("main", Optional.empty(), false, new Lease.None());

    @Test
    void aWrongHashIsRefused() {
        refusedAndUnchanged(Code.OBJECT_MISMATCH, History.bytes(List.of(OBJECTS,
                History.raw(Sha256.of(new byte[] {1}), new byte[] {2}), new Frame.End(1, 0))));
    }

    @Test
    void aTruncatedStreamIsRefused() {
        byte[] whole = History.bytes(History.line("other", 2).push("main"));
        refusedAndUnchanged(Code.TRUNCATED_STREAM, Arrays.copyOf(whole, whole.length - 3));
    }

    @Test
    void aBodyThatBreaksOffInsideAChunkHarmsNobody() {
        byte[] frames = History.bytes(History.line("other", 2).push("main"));
        String head = "POST /dev/repo/push/stream HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n" + AUTH + STREAM
                + "\r\n" + Integer.toHexString(frames.length + 50) + "\r\n";
        hub.raw(concat(head.getBytes(StandardCharsets.ISO_8859_1), frames));
        assertEquals(HISTORY.head().toString(), JsonValues.decode(hub.send("GET", "/dev/repo/refs", AUTH,
                new byte[0]).body()).asDict("refs").dict("branch_heads").text("main", ""));
    }

    @Test
    void aBinHeaderOfFourGigabytesIsRefusedAtOnce() {
        byte[] bomb = {(byte) 0x82, (byte) 0xa1, 't', (byte) 0xa1, 'O', (byte) 0xa4, 'd', 'a', 't', 'a',
            (byte) 0xc6, -1, -1, -1, -1};
        refusedAndUnchanged(Code.LIMIT_EXCEEDED, concat(History.bytes(List.of(OBJECTS)), bomb));
        byte[] twoGigabytes = bomb.clone();
        twoGigabytes[11] = 0x7f;
        refusedAndUnchanged(Code.LIMIT_EXCEEDED, concat(History.bytes(List.of(OBJECTS)), twoGigabytes));
    }

    @Test
    void anIdThatIsAPathIsRefused() {
        byte[] frame = History.bytes(List.of(History.raw(Sha256.of(new byte[0]), new byte[0])));
        byte[] evil = new String(frame, StandardCharsets.ISO_8859_1)
                .replaceFirst("sha256:[0-9a-f]{64}", "../../x" + "/".repeat(64)).getBytes(StandardCharsets.ISO_8859_1);
        refusedAndUnchanged(Code.INVALID_ID, concat(History.bytes(List.of(OBJECTS)), evil));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\0b", "a..b", "../x", "/a", ""})
    void hostileBranchNamesAreRefused(String branch) {
        refusedAndUnchanged(Code.INVALID_BRANCH, History.bytes(List.of(
                History.header(branch, Optional.of(HISTORY.head()), false, new Lease.None()), new Frame.End(0, 0))));
    }

    @Test
    void aNewRepositoryWithAnImpossibleIdentityIsRefused() {
        for (String[] identity : new String[][] {{"id\0", "code"}, {"x".repeat(300), "code"}, {"id", "Not A Domain"}}) {
            Frame.Header header = new Frame.Header(2, "main", Optional.empty(), false, new Lease.None(), 0, 0, 0, "",
                    identity[0], identity[1]);
            TestHub.Answer answer = push("/dev/odd", List.of(header, new Frame.End(0, 0)));
            assertEquals(Code.INVALID_NAME.text(), last(answer));
        }
        assertEquals(404, hub.send("GET", "/dev/odd/refs", AUTH, new byte[0]).status());
    }

    @Test
    void junkIsRefused() {
        for (String junk : List.of("", "junk", "\u0080", "GET / HTTP/1.1")) {
            TestHub.Answer answer = stream("/dev/repo", junk.getBytes(StandardCharsets.ISO_8859_1));
            assertEquals(400, answer.status(), junk);
        }
    }

    @Test
    void aHubThatRefusedEverythingStillTakesAPush() {
        junkIsRefused();
        assertEquals("R", last(push("/dev/afterwards", HISTORY.push("main"))));
    }

    /** The client stays, silent, in the middle of H, of an object, and of a small request. */
    @Test
    void aClientThatStopsSendingIsNotWaitedForForEver() {
        byte[] frames = History.bytes(HISTORY.push("main"));
        try (TestHub impatient = TestHub.impatient(data.resolve("impatient"))) {
            for (int sent : new int[] {5, 200}) {
                String head = "POST /dev/repo/push/stream HTTP/1.1\r\nHost: h\r\nContent-Length: " + frames.length
                        + "\r\n" + AUTH + STREAM + "\r\n";
                impatient.raw(concat(head.getBytes(StandardCharsets.ISO_8859_1), Arrays.copyOf(frames, sent)), false);
            }
            impatient.raw(("POST /dev/repo/fetch HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n" + AUTH + JSON
                    + "\r\n{").getBytes(StandardCharsets.ISO_8859_1), false);
        }
    }

    // HTTP

    @Test
    void expectContinueIsAnsweredAndOldHttpWorks() {
        byte[] body = History.bytes(HISTORY.push("main"));
        TestHub.Answer expecting = hub.send("POST", "/dev/repo/push/stream", AUTH + STREAM + "Expect: 100-continue\r\n",
                body);
        assertEquals("R", last(expecting));
        byte[] old = concat(("POST /dev/repo/push/stream HTTP/1.0\r\nContent-Length: " + body.length + "\r\n" + AUTH
                + STREAM + "\r\n").getBytes(StandardCharsets.ISO_8859_1), body);
        assertEquals("R", last(hub.raw(old)));
    }

    @ParameterizedTest
    @CsvSource({"push, push/stream", "filter-objects, push/presign", "presign-objects, push/presign",
        "push/objects, push/stream", "push/object-pack, push/stream", "push/objects/confirm, push/confirm"})
    void pathsOfTheFirstProtocolNameTheirSuccessor(String path, String successor) {
        TestHub.Answer answer = hub.send("POST", "/dev/repo/" + path, AUTH, new byte[0]);
        assertEquals(410, answer.status());
        assertEquals(successor, problem(answer).dict("details").text("use", ""));
    }

    @Test
    void refsAreConditional() {
        TestHub.Answer first = hub.send("GET", "/dev/repo/refs", AUTH, new byte[0]);
        String tag = first.head().lines().filter(l -> l.toLowerCase(java.util.Locale.ROOT).startsWith("etag:"))
                .findFirst().orElseThrow().substring(5).strip();
        assertEquals(304, hub.send("GET", "/dev/repo/refs", AUTH + "If-None-Match: " + tag + "\r\n",
                new byte[0]).status());
    }

    @Test
    void bodiesMayBeJson() {
        String body = "{\"object_ids\": [\"" + HISTORY.objects().keySet().iterator().next() + "\", \""
                + Sha256.of(new byte[] {42}) + "\"]}";
        TestHub.Answer answer = hub.send("POST", "/dev/repo/push/presign", AUTH + JSON,
                body.getBytes(StandardCharsets.UTF_8));
        Value.Dict d = JsonValues.decode(answer.body()).asDict("presign");
        assertEquals(1, d.list("stored").size());
        assertEquals(1, d.list("inline").size());
        for (String wrong : List.of("{", "[]", "{\"object_ids\": 3}", "{\"object_ids\": [\"../../x\"]}", "nonsense",
                "[".repeat(100_000), "99999999999999999999999")) {
            int status = hub.send("POST", "/dev/repo/push/presign", AUTH + JSON,
                    wrong.getBytes(StandardCharsets.UTF_8)).status();
            assertTrue(status == 400 || status == 422 || status == 413, wrong.substring(0, 1) + " got " + status);
        }
        assertEquals(415, hub.send("POST", "/dev/repo/push/presign", AUTH + "Content-Type: text/html\r\n",
                new byte[0]).status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/x", "/dev", "/dev/repo", "/%2e%2e/%2e%2e/etc/passwd", "/dev/repo/%00", "/dev/%ff/refs",
        "/dev/repo/nothing", "/-/", "/-/x", "/dev/repo/refs/x"})
    void oddPathsAreNotFound(String path) {
        assertEquals(404, hub.send("GET", path, AUTH, new byte[0]).status(), path);
    }

    // Access: every kind of caller, every kind of repository. Private looks absent.

    @ParameterizedTest
    @CsvSource({
        // caller, repository, read, write
        "none,   repo, 404, 401", "none,   open, 200, 401", "none,   gone, 404, 401",
        "wrong,  repo, 401, 401", "wrong,  open, 401, 401", "wrong,  gone, 401, 401",
        "secret, repo, 200, 200", "secret, open, 200, 200", "secret, gone, 404, 200",
        "reader, repo, 200, 403", "reader, open, 200, 403", "reader, lost, 404, 404",
        "evil,   repo, 404, 404", "evil,   open, 200, 403", "evil,   lost, 404, 404"})
    void whoMayDoWhat(String token, String repository, int read, int write) {
        String auth = token.equals("none") ? "" : "Authorization: Bearer " + token + "\r\n";
        String repo = "/dev/" + repository;
        String id = HISTORY.objects().keySet().iterator().next().toString();
        assertEquals(read, hub.send("GET", repo + "/refs", auth, new byte[0]).status(), "refs");
        assertEquals(read, hub.send("GET", repo + "/tags", auth, new byte[0]).status(), "tags");
        assertEquals(read, hub.send("GET", repo + "/reflog", auth, new byte[0]).status(), "reflog");
        assertEquals(read, post(repo + "/push/presign", auth, "{\"object_ids\": [\"" + id + "\"]}"), "presign");
        assertEquals(read, post(repo + "/fetch", auth, "{\"want\": [\"" + HISTORY.head() + "\"]}"), "fetch");
        assertEquals(read, post(repo + "/fetch/objects", auth, "{\"ids\": [\"" + id + "\"]}"), "fetch/objects");
        int change = write == 200 && read == 404 ? 404 : write;
        assertEquals(change, post(repo + "/tags", auth, "{}"), "add tags");
        assertEquals(change, post(repo + "/settings", auth, "{\"refuse_polyglots\": false}"), "settings");
        int delete = change == 200 ? 404 : change;
        assertEquals(delete, hub.send("DELETE", repo + "/branches/absent", auth, new byte[0]).status(), "delete");
        byte[] push = History.bytes(List.of(OBJECTS, new Frame.End(0, 0)));
        assertEquals(write, hub.send("POST", repo + "/push/stream", auth + STREAM, push).status(), "push");
        hub.sql("delete from repositories where slug = 'gone'");
    }

    private static int post(String path, String auth, String json) {
        return hub.send("POST", path, auth + JSON, json.getBytes(StandardCharsets.UTF_8)).status();
    }

    @Test
    void aPrivateRepositoryAnswersLikeAnAbsentOneToTheLetter() {
        List<String> answers = new ArrayList<>();
        for (String repo : List.of("repo", "none")) {
            String text = hub.send("GET", "/dev/" + repo + "/refs", "Authorization: Bearer evil\r\n", new byte[0]).text();
            answers.add(text.replaceAll("\"request_id\":\"[^\"]*\"", "").replace("dev/" + repo, "X"));
        }
        assertEquals(answers.get(0), answers.get(1));
    }

    @Test
    void presignTellsNothingOfOtherRepositories() {
        assertEquals("R", last(push("/dev/empty", List.of(OBJECTS, new Frame.End(0, 0)))));
        String body = "{\"object_ids\": [\"" + HISTORY.objects().keySet().iterator().next() + "\"]}";
        TestHub.Answer answer = hub.send("POST", "/dev/empty/push/presign", AUTH + JSON,
                body.getBytes(StandardCharsets.UTF_8));
        assertEquals(List.of(), JsonValues.decode(answer.body()).asDict("presign").list("stored"));
    }

    private static long heldBytes() {
        return hub.send("GET", "/metrics", "", new byte[0]).text().lines()
                .filter(line -> line.startsWith("musehub_memory_held_bytes ")).findFirst()
                .map(line -> (long) Double.parseDouble(line.substring(line.indexOf(' ')))).orElseThrow();
    }

    /** Who takes the answer slowly has had the memory of the question. */
    @Test
    void aQuestionHoldsLittleWhileItsAnswerIsRead() throws Exception {
        byte[] noise = new byte[24 << 20];
        new Random(5).nextBytes(noise);
        assertEquals("R", last(push("/dev/slowly", List.of(OBJECTS, History.raw(Sha256.of(noise), noise),
                new Frame.End(1, 0)))));
        byte[] body = ("{\"ids\": [\"" + Sha256.of(noise) + "\"]" + " ".repeat(100_000) + "}")
                .getBytes(StandardCharsets.UTF_8);
        try (Socket socket = new Socket("127.0.0.1", hub.port())) {
            socket.getOutputStream().write(("POST /dev/slowly/fetch/objects HTTP/1.1\r\nHost: h\r\n" + AUTH + JSON
                    + "Content-Length: " + body.length + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().write(body);
            assertEquals('H', socket.getInputStream().read());
            assertTrue(heldBytes() <= body.length, () -> heldBytes() + " bytes are held for " + body.length);
        }
    }

    /** Bodies that never end must not take the memory of those who push, whoever sends them. */
    @ParameterizedTest
    @ValueSource(strings = {"", "Authorization: Bearer reader\r\n", "Authorization: Bearer evil\r\n"})
    void strangersWhoSendSlowlyKeepNoPushWaiting(String caller) throws Exception {
        List<Socket> strangers = new ArrayList<>();
        try {
            // As many as would hold all of it, with 24 MiB each.
            for (long held = 0; held <= MemoryBudget.ofHeap().totalBytes(); held += 24 << 20) {
                Socket socket = new Socket("127.0.0.1", hub.port());
                strangers.add(socket);
                socket.getOutputStream().write(("POST /dev/open/fetch HTTP/1.1\r\nHost: h\r\nContent-Type:"
                        + " application/json\r\n" + caller + "Content-Length: 400000\r\n\r\n" + " ".repeat(200_000))
                        .getBytes(StandardCharsets.ISO_8859_1));
                socket.getOutputStream().flush();
            }
            byte[] body = JsonValues.encode(Value.dict().put("object_ids", Value.texts(IntStream.range(0, 3_000)
                    .mapToObj(i -> Sha256.of(new byte[] {(byte) i, (byte) (i >> 8)}).toString()).toList())).build());
            // Again and again, as nothing shows when the hub has read what the strangers sent.
            for (int i = 0; i < 30; i++) {
                assertEquals(200, hub.send("POST", "/dev/repo/push/presign", AUTH + JSON, body).status());
            }
            assertEquals(0, heldBytes());
        } finally {
            for (Socket socket : strangers) {
                socket.close();
            }
        }
    }

    /** A mistyped key must not look like success. */
    @Test
    void aFieldThatIsMissingOrNegativeIsABadRequest() {
        for (String request : List.of("push/presign {\"objects\": []}", "fetch {\"have\": []}", "fetch/objects {}",
                "fetch/presign {}", "push/presign {\"object_ids\": [\"" + HISTORY.head() + "\"], \"sizes\": [-1]}")) {
            int blank = request.indexOf(' ');
            assertEquals(400, post("/dev/repo/" + request.substring(0, blank), AUTH, request.substring(blank)), request);
        }
    }

    @Test
    void aStreamUnderAnotherTypeIsRefusedAndALostLeaseSaysWhatWasExpected() {
        byte[] push = History.bytes(List.of(OBJECTS, new Frame.End(0, 0)));
        assertEquals(415, hub.send("POST", "/dev/repo/push/stream", AUTH + "Content-Type: text/plain\r\n", push).status());
        push("/dev/repo", HISTORY.push("leased"));
        String expected = Sha256.of(new byte[] {7}).toString();
        TestHub.Answer lost = hub.send("DELETE", "/dev/repo/branches/leased?expect=" + expected, AUTH, new byte[0]);
        assertEquals(409, lost.status());
        assertEquals(expected, JsonValues.decode(lost.body()).asDict("problem").dict("details").text("expected", ""));
        assertEquals(200, hub.send("DELETE", "/dev/repo/branches/leased", AUTH, new byte[0]).status());
    }

    @Test
    void draftReleasesAreForMembers() {
        String draft = "{\"release_id\": \"33333333-1111-4111-8111-111111111111\", \"commit_id\": \"" + HISTORY.head()
                + "\", \"tag\": \"v-hidden\", \"is_draft\": true}";
        push("/dev/open", HISTORY.push("main"));
        String before = hub.send("GET", "/dev/open/refs", "", new byte[0]).text();
        assertEquals(200, post("/dev/open/tags", AUTH, "{\"releases\": [" + draft + "]}"));
        assertTrue(hub.send("GET", "/dev/open/tags", AUTH, new byte[0]).text().contains("v-hidden"));
        assertTrue(hub.send("GET", "/dev/open/releases", "Accept: text/html\r\nCookie: musehub=" + TestHub.TOKEN + "\r\n",
                new byte[0]).text().contains("v-hidden"));
        for (String stranger : List.of("", "Authorization: Bearer evil\r\n")) {
            assertFalse(hub.send("GET", "/dev/open/tags", stranger, new byte[0]).text().contains("v-hidden"));
        }
        assertFalse(hub.send("GET", "/dev/open/releases", "Accept: text/html\r\n", new byte[0]).text()
                .contains("v-hidden"));
        assertEquals(before, hub.send("GET", "/dev/open/refs", "", new byte[0]).text(), "what a stranger compares");
        // Other pages show names of releases too: as badges, and in the menu of names.
        String hex = HISTORY.head().hex();
        for (String page : List.of("", "/commits", "/commits/" + hex, "/tree/main", "/tree/" + hex, "/search?q=one")) {
            TestHub.Answer shown = hub.send("GET", "/dev/open" + page, "Accept: text/html\r\n", new byte[0]);
            assertEquals(200, shown.status(), page);
            assertFalse(shown.text().contains("v-hidden"), "'" + page + "' names the draft");
        }
        assertEquals(404, hub.send("GET", "/dev/open/tree/v-hidden", "Accept: text/html\r\n", new byte[0]).status());
    }

    @Test
    void tagsOfKnownCommitsAreKeptAndOthersNamed() throws IOException {
        String known = "{\"tag_id\": \"11111111-1111-4111-8111-111111111111\", \"repo_id\": \"r\", \"commit_id\": \""
                + HISTORY.head() + "\", \"tag\": \"v1\", \"created_at\": \"now\"}";
        String unknown = known.replace("11111111-1111", "22222222-1111")
                .replace(HISTORY.head().toString(), Sha256.of(new byte[] {9}).toString());
        TestHub.Answer answer = hub.send("POST", "/dev/repo/tags", AUTH + JSON,
                ("{\"tags\": [" + known + "," + unknown + "]}").getBytes(StandardCharsets.UTF_8));
        Value.Dict d = JsonValues.decode(answer.body()).asDict("answer");
        assertEquals(1, d.integer("stored", 0));
        assertEquals(List.of("22222222-1111-4111-8111-111111111111"), d.texts("unknown"));
        String moved = known.replace("v1", "v2");
        assertEquals(0, JsonValues.decode(hub.send("POST", "/dev/repo/tags", AUTH + JSON, ("{\"tags\": [" + moved + "]}")
                .getBytes(StandardCharsets.UTF_8)).body()).asDict("answer").integer("stored", -1), "the first stays");
        Value.Dict all = JsonValues.decode(hub.send("GET", "/dev/repo/tags", AUTH, new byte[0]).body()).asDict("tags");
        assertEquals(JsonValues.decode(known.getBytes(StandardCharsets.UTF_8)), all.list("tags").getFirst());
        for (String bad : List.of(known.replace("11111111-1111", "../../x"), known.replace("v1", ""))) {
            assertEquals(422, hub.send("POST", "/dev/repo/tags", AUTH + JSON,
                    ("{\"tags\": [" + bad + "]}").getBytes(StandardCharsets.UTF_8)).status());
        }
    }
}
