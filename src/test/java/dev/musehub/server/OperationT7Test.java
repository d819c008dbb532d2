package dev.musehub.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.model.Value;
import dev.musehub.json.JsonValues;
import dev.musehub.testing.Await;
import dev.musehub.testing.History;
import dev.musehub.testing.TestDatabase;
import dev.musehub.testing.TestHub;
import dev.musehub.testing.TestHub.Answer;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators and their tools ask a hub. */
@Tag("T7")
class OperationT7Test {

    private static final Pattern SAMPLE = Pattern.compile(
            "([a-z_]+)(\\{[a-z]+=\"[^\"\\\\\n]*\"(?:,[a-z]+=\"[^\"\\\\\n]*\")*\\})? (-?[0-9.E-]+|NaN)");
    private static final String ADMIN = "Authorization: Bearer " + TestHub.TOKEN + "\r\n";

    @TempDir
    private Path data;

    private static Answer get(TestHub hub, String path, String headers) {
        return hub.send("GET", path, headers, new byte[0]);
    }

    private static Value.Dict body(Answer answer) {
        return JsonValues.decode(answer.body()).asDict("body");
    }

    /** Every line of the answer, as a reader of the format sees it. */
    private static Map<String, Double> samples(String text) {
        Map<String, Double> samples = new LinkedHashMap<>();
        Map<String, String> types = new LinkedHashMap<>();
        for (String line : text.split("\n")) {
            if (line.startsWith("# TYPE ")) {
                String[] words = line.split(" ");
                assertEquals(null, types.put(words[2], words[3]), "two families are called " + words[2]);
            } else if (!line.startsWith("# HELP ")) {
                Matcher sample = SAMPLE.matcher(line);
                assertTrue(sample.matches(), line);
                String family = sample.group(1).replaceAll("_(bucket|sum|count)$", "");
                assertTrue(types.containsKey(sample.group(1)) || "histogram".equals(types.get(family)), line);
                String series = sample.group(1) + Optional.ofNullable(sample.group(2)).orElse("");
                assertEquals(null, samples.put(series, Double.parseDouble(sample.group(3))), "twice: " + line);
            }
        }
        return samples;
    }

    @Test
    void everyLineOfTheMetricsParsesAndTellsOfTheLastPush() {
        try (TestHub hub = new TestHub(data)) {
            History history = new History();
            history.commit("first", Map.of("a.txt", "one"));
            byte[] push = History.bytes(history.push("main"));
            assertEquals(200, hub.send("POST", "/dev/counted/push/stream", ADMIN
                    + "Content-Type: application/x-muse-packstream\r\n", push).status());
            assertEquals(404, get(hub, "/dev/counted/%22%0A/x", "").status());
            // Requests are counted once they have ended, which is after their answer.
            Answer answer = Await.until("the counts", () -> get(hub, "/metrics", ""), a -> List.of("route=\"other\"",
                    "route=\"push/stream\"", "outcome=\"done\"").stream().allMatch(a.text()::contains));
            assertTrue(answer.head().contains("text/plain; version=0.0.4"), answer.head());
            Map<String, Double> samples = samples(answer.text());
            assertEquals(1, samples.get("musehub_pushes_total{outcome=\"done\"}"), answer.text());
            assertEquals(1, samples.get("musehub_requests_total{route=\"push/stream\",status=\"200\"}"));
            assertEquals(1, samples.get("musehub_requests_total{route=\"other\",status=\"404\"}"));
            assertEquals(1, samples.get("musehub_push_phase_seconds_count{phase=\"integrity\"}"));
            assertEquals(1, samples.get("musehub_push_phase_seconds_bucket{phase=\"branch\",le=\"+Inf\"}"));
            assertTrue(samples.get("musehub_received_bytes_total") >= push.length);
            assertTrue(samples.get("musehub_store_seconds_count{operation=\"put\"}") >= 1);
            assertTrue(samples.get("musehub_db_holds_total{use=\"branch\"}") >= 1);
            double longest = samples.get("musehub_db_hold_max_seconds{use=\"branch\"}");
            assertTrue(longest > 0 && longest <= samples.get("musehub_db_hold_seconds_total{use=\"branch\"}"));
            assertEquals(1, samples.get("musehub_push_longest_hold_seconds_count"));
            assertTrue(samples.get("musehub_push_longest_hold_seconds_sum") >= longest);
            assertTrue(samples.get("jvm_heap_used_bytes") > 0);
            assertEquals(1, samples.get("musehub_ready{part=\"store\"}"));
            assertTrue(samples.containsKey("musehub_jobs{state=\"parked\"}"));
            assertFalse(answer.text().contains("counted"), "a repository's name is in the metrics");
        }
    }

    @Test
    void metricsAndDetailsAreForThisMachineAndForOperators() {
        try (TestHub hub = new TestHub(data)) {
            hub.user("eve", "evil", "write");
            String proxied = "X-Forwarded-For: 192.0.2.7\r\n";
            assertEquals(200, get(hub, "/metrics", "").status());
            assertEquals(401, get(hub, "/metrics", proxied).status());
            assertEquals(403, get(hub, "/metrics", proxied + "Authorization: Bearer evil\r\n").status());
            assertEquals(200, get(hub, "/metrics", proxied + ADMIN).status());
            assertTrue(body(get(hub, "/health", "")).get("store_kind").isPresent());
            assertTrue(body(get(hub, "/health", proxied)).get("version").isPresent());
            assertTrue(body(get(hub, "/health", proxied)).get("store_kind").isEmpty());
            assertEquals(405, hub.send("POST", "/metrics", "", new byte[0]).status());
        }
    }

    @Test
    void aHubWithoutItsDatabaseIsAliveButNotReadyUntilItIsBack() {
        String url = TestDatabase.freshUrl();
        try (TestHub hub = new TestHub(data, Optional.empty(), url)) {
            assertEquals(200, get(hub, "/readyz", "").status());
            TestDatabase.close(url);
            // An answer is good for a second.
            Answer answer = Await.until("the loss", () -> get(hub, "/readyz", ""), a -> a.status() != 200);
            assertEquals(503, answer.status());
            assertEquals("failing", body(answer).text("database", ""));
            assertEquals("ok", body(answer).text("store", ""));
            assertEquals(200, get(hub, "/healthz", "").status());
            assertEquals(0, samples(get(hub, "/metrics", "").text()).get("musehub_ready{part=\"database\"}"));
            TestDatabase.reopen(url);
            Await.until("the database", () -> get(hub, "/readyz", "").status() == 200);
        }
    }

    @Test
    void aHubThatCannotWriteItsObjectsIsNotReady() throws IOException {
        try (TestHub hub = new TestHub(data)) {
            // For root no directory is read-only; one that is gone is gone for everybody.
            Files.delete(data.resolve("objects").resolve("00"));
            Answer answer = get(hub, "/readyz", "");
            assertEquals(503, answer.status());
            assertEquals("ok", body(answer).text("database", ""));
            assertEquals("failing", body(answer).text("store", ""));
            Await.until("the line of the log", () -> hub.log().contains("/readyz 503"));
        }
    }

    @Test
    void logLinesAreJsonWhereThatIsAskedForAndTellPhasesButNoToken() {
        OperationOptions json = new OperationOptions(HubLog.Form.JSON, HealthRoutes.Open.LOCAL, Duration.ZERO,
                TestHub.DEFAULTS.operation().trust(), Optional.empty());
        try (TestHub hub = new TestHub(data, json)) {
            History history = new History();
            history.commit("first", Map.of("a.txt", "one"));
            Answer pushed = hub.send("POST", "/dev/told/push/stream", ADMIN
                    + "Content-Type: application/x-muse-packstream\r\n", History.bytes(history.push("main")));
            assertTrue(pushed.head().matches("(?s).*\r\nServer-timing: total;dur=[0-9.]+, db;dur=[0-9.]+\r\n.*"),
                    pushed.head());
            Answer refused = get(hub, "/dev/%22%0Atold/refs", ADMIN);
            assertEquals(404, refused.status());
            assertFalse(refused.head().contains("Server-timing"), "a refusal tells how long it took");
            Await.until("both lines", () -> hub.log().contains("%0Atold") && hub.log().contains("push/stream"));
            Value.Dict push = hub.log().lines()
                    .map(line -> JsonValues.decode(line.getBytes(StandardCharsets.UTF_8)).asDict("line"))
                    .filter(line -> line.text("route", "").equals("push/stream")).findFirst().orElseThrow();
            assertEquals("dev", push.text("user", ""));
            assertEquals(200, push.integer("status", 0));
            assertTrue(push.dict("phases").get("branch").isPresent(), hub.log());
            assertTrue(push.integer("bytes_in", 0) > 0);
            assertFalse(hub.log().contains(TestHub.TOKEN));
        }
    }

    @Test
    void aHubThatDrainsSaysSoWhileARunningRequestEnds() throws Exception {
        TestHub hub = new TestHub(data);
        Thread closing;
        try (Socket slow = new Socket("127.0.0.1", hub.port())) {
            slow.getOutputStream().write(("POST /dev/slow/push/presign HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n"
                    + ADMIN + "\r\n{").getBytes(StandardCharsets.US_ASCII));
            slow.getOutputStream().flush();
            Await.until("the slow request", () ->
                    samples(get(hub, "/metrics", "").text()).get("musehub_requests_running") >= 2);
            closing = Thread.ofVirtual().start(hub::close);
            Answer answer = Await.until("the drain", () -> get(hub, "/readyz", ""), a -> a.status() != 200);
            assertEquals("draining", body(answer).text("status", ""));
            assertEquals(200, get(hub, "/healthz", "").status());
            assertEquals(503, get(hub, "/dev/slow/refs", ADMIN).status());
        }
        closing.join();
    }
}
