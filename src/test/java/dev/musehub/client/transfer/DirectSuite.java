package dev.musehub.client.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.cli.Meter;
import dev.musehub.client.hub.HubClient;
import dev.musehub.client.hub.PresignClient;
import dev.musehub.client.hub.PresignClient.Outgoing;
import dev.musehub.client.hub.StoreTransfer;
import dev.musehub.client.hub.StoreTransfer.StoreTarget;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.client.snapshots.Snapshot;
import dev.musehub.core.history.Commit;
import dev.musehub.core.io.Zstd;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.Lease;
import dev.musehub.core.wire.ObjectCoding;
import dev.musehub.s3.S3Options;
import dev.musehub.testing.History;
import dev.musehub.testing.S3Server;
import dev.musehub.testing.StoreRelay;
import dev.musehub.testing.StoreRelay.Verdict;
import dev.musehub.testing.TestDatabase;
import dev.musehub.testing.TestHub;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Direct transfers to the object store and back, against a real S3 server over HTTP. A relay in front of the server
 * counts requests and makes some fail. Subclasses name the server.
 */
abstract class DirectSuite {

    @TempDir
    private Path temp;

    private final String database = TestDatabase.freshUrl();
    private S3Server server;
    private StoreRelay relay;
    private S3Options options;
    private TestHub hub;

    abstract S3Server server();

    @BeforeEach
    void open() {
        server = server();
        relay = new StoreRelay(server.endpoint());
        options = server.options(relay);
        hub = new TestHub(temp.resolve("hub"), Optional.of(options), database);
        relay.forget();
    }

    @AfterEach
    void close() {
        if (hub != null) {
            assertFalse(hub.log().contains("fault"), hub.log());
            hub.close();
        }
        relay.close();
        server.close();
    }

    private HubClient client(String slug) {
        return new HubClient(hub.repository(slug), Optional.of(TestHub.TOKEN));
    }

    private Push.PushOutcome push(MuseRepository local, String slug, PushRequest.Way way) {
        try (HubClient client = client(slug)) {
            return new Push(local, client, Meter.silent()).run(
                    new PushRequest("origin", "main", false, new Lease.None(), way, Optional.empty()));
        }
    }

    /** A history with one commit of {@code files} small files. */
    private static History wide(String name, int files) {
        Map<String, String> content = new TreeMap<>();
        for (int i = 0; i < files; i++) {
            content.put("dir" + i % 7 + "/file" + i + ".txt", name + " " + i);
        }
        History history = new History();
        history.commit(name, content);
        return history;
    }

    private MuseRepository local(String name, History history) {
        try {
            MuseRepository local = MuseRepository.create(temp.resolve(name), "", "code", "main");
            history.objects().forEach(local.objects()::write);
            for (Commit commit : history.commits()) {
                local.writeSnapshot(new Snapshot(commit.snapshotId(), history.manifestOf(commit.id()), History.TIME,
                        Optional.empty()));
                local.writeCommit(commit);
            }
            local.setHead("main", history.head());
            return local;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private MuseRepository fetched(String slug, Sha256 head) {
        try (HubClient client = client(slug)) {
            MuseRepository copy = MuseRepository.create(temp.resolve("copy-" + slug + System.nanoTime()), "", "code",
                    "main");
            new Fetch(copy, client, client.refs(), Meter.silent()).run(List.of(head), List.of());
            return copy;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void assertComesBack(String slug, History history) {
        MuseRepository copy = fetched(slug, history.head());
        history.objects().forEach((id, bytes) -> assertArrayEquals(bytes, copy.objects().read(id)));
    }

    /** Creates an empty repository. */
    private void create(String slug) {
        History one = wide("first of " + slug, 1);
        push(local("first-" + slug, one), slug, PushRequest.Way.STREAM);
    }

    /** Creates a repository without a branch. */
    private void createEmpty(String slug) {
        byte[] nothing = History.bytes(List.of(History.header("main", Optional.empty(), false, new Lease.None()),
                new Frame.End(0, 0)));
        assertEquals(200, hub.send("POST", "/dev/" + slug + "/push/stream", "Authorization: Bearer " + TestHub.TOKEN
                + "\r\n", nothing).status());
    }

    /** The hub answers; a connection that just closes would be taken for a hub that is gone. */
    @Test
    void aStoreThatIsAwayIsToldSo() {
        History history = wide("away", 3);
        push(local("away", history), "away", PushRequest.Way.STREAM);
        relay.close();
        String id = history.objects().keySet().iterator().next().toString();
        String auth = "Authorization: Bearer " + TestHub.TOKEN + "\r\nContent-Type: application/json\r\n";
        for (String request : STORE_REQUESTS) {
            int blank = request.indexOf(' ');
            TestHub.Answer answer = hub.send("POST", "/dev/away/" + request.substring(0, blank), auth,
                    request.substring(blank).getBytes(StandardCharsets.UTF_8));
            assertEquals(503, answer.status(), answer.head());
            assertTrue(answer.text().contains("store-unavailable"), answer.text());
            assertTrue(answer.head().toLowerCase(Locale.ROOT).contains("retry-after: 2"), answer.head());
        }
        assertEquals(503, hub.send("GET", raw(history), "Cookie: musehub=" + TestHub.TOKEN
                + "\r\n", new byte[0]).status());
        assertTrue(hub.send("POST", "/dev/away/fetch/objects", auth, ("{\"ids\": [\"" + id + "\"]}")
                .getBytes(StandardCharsets.UTF_8)).text().contains("store-unavailable"));
    }

    private static final List<String> STORE_REQUESTS = List.of(
            "push/confirm {\"object_ids\": [\"sha256:" + "0".repeat(64) + "\"]}",
            "push/parts {\"id\": \"sha256:" + "0".repeat(64) + "\", \"size\": 7000000}");

    private static String raw(History history) {
        return "/dev/away/raw/" + history.head().hex() + "/" + history.manifestOf(history.head()).path(0);
    }

    /** Our client waits a minute for a byte; then it would say that the hub does not answer. */
    @Test
    @Tag("long")
    void aStoreThatNeverAnswersIsToldSoBeforeClientsGiveUp() throws Exception {
        History history = wide("away", 3);
        push(local("away", history), "away", PushRequest.Way.STREAM);
        relay.fault((_, _, _, _) -> Verdict.SILENCE);
        String token = "Host: h\r\nConnection: close\r\nAuthorization: Bearer " + TestHub.TOKEN + "\r\n";
        List<String> requests = new ArrayList<>(List.of("GET " + raw(history) + " HTTP/1.1\r\n" + token
                + "Cookie: musehub=" + TestHub.TOKEN + "\r\n\r\n"));
        List<String> posts = new ArrayList<>(STORE_REQUESTS);
        posts.add("fetch/objects {\"ids\": [\"" + history.objects().keySet().iterator().next() + "\"]}");
        for (String post : posts) {
            String body = post.substring(post.indexOf(' '));
            requests.add("POST /dev/away/" + post.substring(0, post.indexOf(' ')) + " HTTP/1.1\r\n" + token
                    + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        }
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<String> answer : clients.invokeAll(requests.stream().map(this::impatient).toList())) {
                String text = answer.get();
                assertTrue(text.contains("store-unavailable") || text.startsWith("HTTP/1.1 503 "), text);
            }
        }
    }

    private Callable<String> impatient(String request) {
        return () -> {
            try (Socket socket = new Socket("127.0.0.1", hub.port())) {
                socket.setSoTimeout(60_000);
                socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
                return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            } catch (SocketTimeoutException e) {
                return "no answer to " + request.lines().findFirst().orElseThrow();
            }
        };
    }

    private static int put(StoreTarget target, byte[] body) throws IOException {
        HttpURLConnection http = (HttpURLConnection) target.url().toURL().openConnection();
        http.setRequestMethod("PUT");
        http.setDoOutput(true);
        target.headers().forEach((name, value) -> {
            if (!name.equals("content-length")) {
                http.setRequestProperty(name, value);
            }
        });
        http.setFixedLengthStreamingMode(body.length);
        try (OutputStream out = http.getOutputStream()) {
            out.write(body);
        }
        int status = http.getResponseCode();
        http.disconnect();
        return status;
    }

    private static StoreTarget target(PresignClient direct, Sha256 id, long size) {
        return direct.presign(List.of(new Outgoing(id, size))).targets().get(id);
    }

    @Test
    void fiveHundredObjectsGoPastTheHubAndComeBackPastIt() {
        History history = wide("many", 500);
        Push.PushOutcome outcome = push(local("many", history), "many", PushRequest.Way.EITHER);
        assertEquals(500, outcome.objects());
        assertEquals(500, relay.ofClients("PUT"));
        assertEquals(0, relay.bytesOfHub());
        assertEquals(500, relay.requests().stream().filter(r -> r.ofHub() && r.method().equals("HEAD")).count());

        relay.forget();
        assertComesBack("many", history);
        assertEquals(500, relay.ofClients("GET"));
        assertTrue(relay.requests().stream().noneMatch(StoreRelay.Request::ofHub));
    }

    /** A barrier of 64 would never open if fewer requests ran at a time; that no more run is counted. */
    @Test
    void aConfirmAsksTheStoreSixtyFourAtATimeAndRecordsInOneStatementEach() {
        createEmpty("wide");
        hub.sql("""
                create table seen (what text, n int);
                create function note() returns trigger language plpgsql as
                    'begin insert into seen select tg_table_name, count(*) from fresh; return null; end';
                create trigger note after insert on objects referencing new table as fresh
                    for each statement execute function note();
                create trigger note after insert on repository_objects referencing new table as fresh
                    for each statement execute function note()
                """);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CyclicBarrier gate = new CyclicBarrier(64);
        relay.fault((ofHub, method, _, _) -> {
            if (ofHub && method.equals("HEAD")) {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                pass(gate);
                running.decrementAndGet();
            }
            return Verdict.PASS;
        });
        push(local("wide", wide("wide", 256)), "wide", PushRequest.Way.DIRECT);
        assertEquals(64, most.get());
        assertEquals(List.of("objects 256", "repository_objects 256"), hub.texts("select what || ' ' || n from seen"
                + " order by what"));
    }

    private static void pass(CyclicBarrier gate) {
        try {
            gate.await(2, TimeUnit.MINUTES);
        } catch (Exception e) {
            throw new IllegalStateException("fewer than 64 requests came at a time", e);
        }
    }

    @Test
    void fiftyMegabytesGoPastTheHubAndOneByteLessDoesNot() {
        for (int less = 1; less >= 0; less--) {
            Map<String, String> files = new TreeMap<>();
            for (char c = 'a'; c < 'k'; c++) {
                files.put(c + ".txt", String.valueOf(c).repeat(5_000_000 - (c == 'a' ? less : 0)));
            }
            History history = new History();
            history.commit("heavy", files);
            relay.forget();
            push(local("heavy" + less, history), "heavy" + less, PushRequest.Way.EITHER);
            assertEquals(less == 1 ? 0 : 10, relay.ofClients("PUT"));
        }
    }

    /** A public repository refuses polyglots. The hub reads the head of each object back, and the end of pictures. */
    @Test
    void objectsOfAPublicRepositoryGoPastTheHubToo() {
        createEmpty("open");
        hub.sql("update repositories set public = true");
        relay.forget();
        History history = wide("open", 500);
        push(local("open", history), "open", PushRequest.Way.EITHER);
        assertEquals(500, relay.ofClients("PUT"));
        assertEquals(0, relay.requests().stream().filter(r -> r.ofHub() && r.method().equals("PUT")).count());
        assertEquals(500, relay.requests().stream().filter(r -> r.ofHub() && r.method().equals("GET")).count());
        assertComesBack("open", history);
    }

    /** A picture that is an archive too, of so many bytes. */
    private static byte[] polyglot(int bytes) {
        byte[] both = new byte[bytes];
        System.arraycopy("GIF89a".getBytes(StandardCharsets.US_ASCII), 0, both, 0, 6);
        System.arraycopy(new byte[] {'P', 'K', 5, 6}, 0, both, bytes - 22, 4);
        return both;
    }

    @Test
    void polyglotsPutPastTheHubAreRefusedWhereTheRepositoryRefusesThem() throws IOException {
        create("wary");
        byte[] picture = "GIF89a and nothing else".getBytes(StandardCharsets.US_ASCII);
        for (byte[] bytes : List.of("GIF89a<script>".getBytes(StandardCharsets.US_ASCII), polyglot(200_000))) {
            hub.sql("update repositories set public = true");
            Sha256 id = Sha256.of(bytes);
            try (HubClient client = client("wary")) {
                PresignClient direct = new PresignClient(client);
                assertEquals(200, put(target(direct, id, bytes.length), bytes));
                Problem refused = assertThrows(Problem.class, () -> direct.confirm(List.of(id), List.of()));
                assertEquals(Problem.Code.POLYGLOT, refused.code());
                assertEquals(Set.of(), direct.presign(List.of(new Outgoing(id, bytes.length))).stored());
                hub.sql("update repositories set public = false");
                assertEquals(Set.of(), direct.confirm(List.of(id), List.of()).missing());
            }
        }
        hub.sql("update repositories set public = true");
        Sha256 honest = Sha256.of(picture);
        try (HubClient client = client("wary")) {
            PresignClient direct = new PresignClient(client);
            assertEquals(200, put(target(direct, honest, picture.length), picture));
            assertEquals(Set.of(), direct.confirm(List.of(honest), List.of()).missing());
        }
    }

    @Test
    void aLargePolyglotPutInPartsIsRefusedToo() throws IOException {
        create("parts");
        hub.sql("update repositories set public = true");
        MuseRepository local = MuseRepository.create(temp.resolve("parts"), "", "code", "main");
        byte[] bytes = polyglot(14_000_000);
        Sha256 id = Sha256.of(bytes);
        local.objects().write(id, bytes);
        try (HubClient client = client("parts");
                DirectUpload upload = new DirectUpload(local, client, client.remote(), Meter.silent().bar("", 0, "B"))) {
            Problem refused = assertThrows(Problem.class, () -> upload.send(List.of(new Outgoing(id, bytes.length))));
            assertEquals(Problem.Code.POLYGLOT, refused.code());
        }
    }

    /** Only the heads of objects are read, and the end of what may be a polyglot. */
    @Test
    void aRepositoryThatBecomesPublicIsLookedIntoWithoutReadingAllOfIt() throws IOException {
        create("soon");
        byte[] bytes = polyglot(4_000_000);
        Sha256 id = Sha256.of(bytes);
        try (HubClient client = client("soon")) {
            PresignClient direct = new PresignClient(client);
            assertEquals(200, put(target(direct, id, bytes.length), bytes));
            assertEquals(Set.of(), direct.confirm(List.of(id), List.of()).missing());
            relay.forget();
            Value.Dict open = Value.dict().put("public", true).build();
            Problem refused = assertThrows(Problem.class, () -> client.changeSettings(open));
            assertEquals(Problem.Code.POLYGLOT, refused.code());
            assertTrue(relay.bytesOfHub() < 100_000, () -> relay.bytesOfHub() + " bytes were read");
            assertFalse(client.settings().bool("public", true));
        }
    }

    @Test
    void oneLessGoesThroughTheHub() {
        History history = wide("few", 499);
        push(local("few", history), "few", PushRequest.Way.EITHER);
        assertEquals(0, relay.ofClients("PUT"));
        // The hub only puts 499 objects; it does not ask the store for anything.
        assertEquals(499, relay.requests().size());
        assertTrue(relay.requests().stream().allMatch(r -> r.ofHub() && r.method().equals("PUT")));
        assertComesBack("few", history);
        assertEquals(0, relay.ofClients("GET"));
    }

    @Test
    void theUserMayChooseTheWay() {
        push(local("a", wide("a", 3)), "a", PushRequest.Way.DIRECT);
        assertEquals(3, relay.ofClients("PUT"));
        relay.forget();
        push(local("b", wide("b", 510)), "b", PushRequest.Way.STREAM);
        assertEquals(0, relay.ofClients("PUT"));
    }

    @Test
    void presignOfStoredObjectsAsksTheStoreNothing() {
        History history = wide("known", 60);
        push(local("known", history), "known", PushRequest.Way.DIRECT);
        relay.forget();
        try (HubClient client = client("known")) {
            List<Outgoing> all = history.objects().entrySet().stream()
                    .map(e -> new Outgoing(e.getKey(), e.getValue().length)).toList();
            PresignClient.UploadWays ways = new PresignClient(client).presign(all);
            assertEquals(history.objects().keySet(), ways.stored());
            assertEquals(Map.of(), ways.targets());
        }
        assertEquals(List.of(), relay.requests());
    }

    @Test
    void theStoreRefusesWrongBytesUnderAnUrl() throws IOException {
        create("wrong");
        byte[] right = "the right bytes".getBytes();
        Sha256 id = Sha256.of(right);
        try (HubClient client = client("wrong")) {
            PresignClient direct = new PresignClient(client);
            assertEquals(400, put(target(direct, id, right.length), "the wrong bytes".getBytes()));
            assertEquals(Set.of(id), direct.confirm(List.of(id), List.of()).missing());
            assertEquals(200, put(target(direct, id, right.length), right));
            assertEquals(Set.of(), direct.confirm(List.of(id), List.of()).missing());
        }
    }

    @Test
    void anUrlIsGoodForItsLengthAndItsKeyOnly() throws IOException {
        create("bound");
        byte[] right = "0123456789".getBytes();
        Sha256 id = Sha256.of(right);
        try (HubClient client = client("bound")) {
            PresignClient direct = new PresignClient(client);
            StoreTarget lying = target(direct, id, right.length + 1);
            assertNotEquals(200, put(lying, right));
            StoreTarget good = target(direct, id, right.length);
            String other = good.url().toString().replace(id.hex(), Sha256.of(new byte[0]).hex());
            assertEquals(403, put(new StoreTarget(java.net.URI.create(other), good.headers()), right));
            assertEquals(Set.of(id), direct.confirm(List.of(id), List.of()).missing());
        }
    }

    @Test
    void anUrlThatHasExpiredIsAskedForAgain() throws Exception {
        create("late");
        byte[] bytes = "late".getBytes();
        Sha256 id = Sha256.of(bytes);
        try (HubClient client = client("late"); StoreTransfer store = new StoreTransfer(client.remote())) {
            PresignClient direct = new PresignClient(client);
            StoreTarget fresh = target(direct, id, bytes.length);
            // A URL that has expired: its signature does not match its time.
            StoreTarget stale = new StoreTarget(java.net.URI.create(fresh.url().toString()
                    .replaceFirst("X-Amz-Date=[0-9]{8}T[0-9]{6}Z", "X-Amz-Date=20260101T000000Z")), fresh.headers());
            AtomicInteger asked = new AtomicInteger();
            store.put(stale, bytes.length, () -> new ByteArrayInputStream(bytes), () -> {
                asked.incrementAndGet();
                return Optional.of(target(direct, id, bytes.length));
            });
            assertEquals(1, asked.get());
            assertEquals(Set.of(), direct.confirm(List.of(id), List.of()).missing());
        }
    }

    @Test
    void anObjectThatWasNeverPutIsMissingAndTheOthersAreConfirmed() throws IOException {
        create("gap");
        byte[] here = "here".getBytes();
        Sha256 put = Sha256.of(here);
        Sha256 never = Sha256.of("never".getBytes());
        try (HubClient client = client("gap")) {
            PresignClient direct = new PresignClient(client);
            assertEquals(200, put(target(direct, put, here.length), here));
            assertEquals(Set.of(never), direct.confirm(List.of(put, never), List.of()).missing());
            assertEquals(Set.of(put), direct.presign(List.of(new Outgoing(put, here.length))).stored());
        }
    }

    @Test
    void whatAnotherRepositoryHasMustBeSentAgainAndIsNotKeptTwice() throws IOException {
        create("one");
        create("two");
        byte[] bytes = "shared by both".getBytes();
        Sha256 id = Sha256.of(bytes);
        try (HubClient one = client("one"); HubClient two = client("two")) {
            PresignClient first = new PresignClient(one);
            PresignClient second = new PresignClient(two);
            assertEquals(200, put(target(first, id, bytes.length), bytes));
            assertEquals(Set.of(), first.confirm(List.of(id), List.of()).missing());
            // Who knows an id does not have the bytes: neither presigning nor confirming gives them.
            assertEquals(Set.of(), second.presign(List.of(new Outgoing(id, bytes.length))).stored());
            assertEquals(Set.of(id), second.confirm(List.of(id), List.of()).missing());
            assertThrows(Problem.class, () -> second.downloads(List.of(id)));
            relay.forget();
            assertEquals(200, put(target(second, id, bytes.length), bytes));
            assertEquals(Set.of(), second.confirm(List.of(id), List.of()).missing());
            assertEquals(1, relay.requests().stream().filter(r -> r.ofHub() && r.method().equals("DELETE")).count());
            assertEquals(1, second.downloads(List.of(id)).size());
        }
        assertEquals(bytes.length, fetchOne("two", id).length);
    }

    private byte[] fetchOne(String slug, Sha256 id) {
        List<byte[]> got = new ArrayList<>();
        try (HubClient client = client(slug); Zstd zstd = new Zstd()) {
            client.fetchObjects(List.of(id), client.refs().limits(), frame -> got.addAll(
                    ObjectCoding.unpack((Frame.BatchFrame) frame, Zstd.noPrefix(), zstd)));
        }
        return got.getFirst();
    }

    @Test
    void confirmsThatRaceRecordEachObjectOnce() throws Exception {
        create("race");
        byte[] bytes = "raced for".getBytes();
        Sha256 id = Sha256.of(bytes);
        try (HubClient client = client("race"); ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            PresignClient direct = new PresignClient(client);
            assertEquals(200, put(target(direct, id, bytes.length), bytes));
            List<Callable<Set<Sha256>>> confirms = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                confirms.add(() -> direct.confirm(List.of(id), List.of()).missing());
            }
            for (Future<Set<Sha256>> confirm : threads.invokeAll(confirms)) {
                assertEquals(Set.of(), confirm.get());
            }
        }
        assertArrayEquals(bytes, fetchOne("race", id));
    }

    @Test
    void aStoreThatIsBusyIsGivenTime() {
        AtomicInteger busy = new AtomicInteger();
        relay.fault((ofHub, method, _, _) -> !ofHub && method.equals("PUT") && busy.incrementAndGet() % 5 == 0
                ? Verdict.BUSY : Verdict.PASS);
        History history = wide("busy", 60);
        push(local("busy", history), "busy", PushRequest.Way.DIRECT);
        relay.fault((_, _, _, _) -> Verdict.PASS);
        assertComesBack("busy", history);
    }

    @Test
    void connectionsThatBreakBeforeOrAfterTheEffectAreMadeAgain() {
        Random random = new Random(7);
        relay.fault((_, method, _, _) -> switch (random.nextInt(12)) {
            case 0 -> Verdict.CUT;
            case 1 -> Verdict.CUT_AFTER_EFFECT;
            default -> Verdict.PASS;
        });
        History history = wide("cut", 150);
        push(local("cut", history), "cut", PushRequest.Way.DIRECT);
        relay.fault((_, _, _, _) -> Verdict.PASS);
        assertComesBack("cut", history);
    }

    @Test
    void whenTheStoreGoesDownNothingIsRecordedThatIsNotThereAndTheNextPushSendsTheRest() {
        History history = wide("down", 700);
        MuseRepository local = local("down", history);
        AtomicInteger puts = new AtomicInteger();
        relay.fault((ofHub, method, _, _) -> !ofHub && method.equals("PUT") && puts.incrementAndGet() > 400
                ? Verdict.CUT : Verdict.PASS);
        Problem down = assertThrows(Problem.class, () -> push(local, "down", PushRequest.Way.EITHER));
        assertEquals(Problem.Code.STORE_UNAVAILABLE, down.code());
        long before = relay.ofClients("PUT");
        assertEquals(400, before);
        relay.fault((_, _, _, _) -> Verdict.PASS);
        try (HubClient client = client("down")) {
            assertEquals(Map.of(), client.refs().heads());
        }

        relay.forget();
        push(local, "down", PushRequest.Way.EITHER);
        // Objects that had arrived are not sent again, whether they were confirmed or not.
        assertEquals(700 - before, relay.ofClients("PUT"));
        assertComesBack("down", history);
    }

    @Test
    void aHubThatDiesBetweenPutAndConfirmLosesNothing() {
        History history = wide("died", 60);
        MuseRepository local = local("died", history);
        create("died");
        try (HubClient client = client("died")) {
            // All objects are uploaded and in the journal, but the push ends before it confirms them.
            PresignClient direct = new PresignClient(client);
            List<Outgoing> all = history.objects().entrySet().stream()
                    .map(e -> new Outgoing(e.getKey(), e.getValue().length)).toList();
            new UploadJournal(local, hub.repository("died").toString()).begin(
                    all.stream().map(Outgoing::id).toList());
            direct.presign(all).targets().forEach((id, target) -> {
                try {
                    assertEquals(200, put(target, history.objects().get(id)));
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
        }
        hub.close();
        hub = new TestHub(temp.resolve("hub"), Optional.of(options), database);
        rewriteJournal(local);
        relay.forget();
        try (HubClient client = client("died")) {
            new Push(local, client, Meter.silent()).run(
                    new PushRequest("origin", "main", true, new Lease.None(), PushRequest.Way.DIRECT,
                    Optional.empty()));
        }
        assertEquals(0, relay.ofClients("PUT"));
        assertComesBack("died", history);
    }

    /** The restarted hub has another port. A real hub keeps its address. */
    private void rewriteJournal(MuseRepository local) {
        Path journal = local.root().resolve(".muse/musehub/uploading");
        try {
            List<String> lines = new ArrayList<>(Files.readAllLines(journal));
            lines.set(0, hub.repository("died").toString());
            Files.write(journal, lines);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void twoHubsOnOneDatabaseAndBucketSeeEachOthersPushesAtOnce() {
        History history = wide("both", 60);
        push(local("both", history), "both", PushRequest.Way.DIRECT);
        TestHub first = hub;
        try (TestHub second = new TestHub(temp.resolve("hub2"), Optional.of(options), database)) {
            hub = second;
            assertComesBack("both", history);
            MuseRepository local = fetched("both", history.head());
            local.setHead("main", history.head());
            history.commit("more", Map.of("more.txt", "more"));
            History more = history;
            MuseRepository next = local("next", more);
            push(next, "both", PushRequest.Way.DIRECT);
            hub = first;
            assertComesBack("both", more);
        } finally {
            hub = first;
        }
    }

    @Test
    void aLargeObjectGoesInPartsAndComesBack() {
        String letters = new Random(3).ints(14_000_000, 'a', 'z').collect(StringBuilder::new,
                (text, c) -> text.append((char) c), StringBuilder::append).toString();
        History history = new History();
        history.commit("large", Map.of("large.txt", letters, "small.txt", "small"));
        MuseRepository local = local("large", history);
        // One of the three parts fails after the relay, which the client does not notice, and is uploaded again.
        AtomicInteger puts = new AtomicInteger();
        relay.fault((ofHub, method, _, _) -> !ofHub && method.equals("PUT") && puts.incrementAndGet() == 2
                ? Verdict.CUT_AFTER_EFFECT : Verdict.PASS);
        push(local, "large", PushRequest.Way.DIRECT);
        assertEquals(4, puts.get() - 1);
        relay.fault((_, _, _, _) -> Verdict.PASS);
        assertComesBack("large", history);
    }
}
