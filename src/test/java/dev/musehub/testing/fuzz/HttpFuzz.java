package dev.musehub.testing.fuzz;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Value;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.FrameReader;
import dev.musehub.core.wire.Limits;
import dev.musehub.json.JsonValues;
import dev.musehub.testing.History;
import dev.musehub.testing.TestHub;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * Sends mutated requests over real HTTP: streams in every framing, small bodies in both encodings, and requests whose
 * very head is broken. The law: every answer is a 200 that ends with R or X, a 200 of a small request, or a 4xx with a
 * reason; only a request that is no HTTP may find its connection closed. Confined to one thread.
 */
public final class HttpFuzz {

    private static final String AUTH = "Authorization: Bearer " + TestHub.TOKEN + "\r\n";
    private static final String JSON = "Content-Type: application/json\r\n";
    private static final String MSGPACK = "Content-Type: application/x-msgpack\r\n";

    private static final List<String> SIZES = List.of("zz", "-1", "ffffffff", "7fffffff", "7fffffffffffffff", "", "1;x=y");

    private final TestHub hub;
    private final Mutator streams;
    private final Random random;
    private final List<Request> small;
    private final Map<String, Integer> outcomes = new TreeMap<>();
    private final List<String> violations = new ArrayList<>();
    private final History base = History.line("base", 3);
    private long inputs;
    private boolean wellFramed;

    private record Request(String path, Value.Dict body) { }

    /** Pushes what small requests ask for; equal seeds send equal requests. */
    public HttpFuzz(TestHub hub, long seed) {
        this.hub = hub;
        this.random = new Random(seed);
        this.streams = new Mutator(Streams.valid(base), seed);
        Value ids = Value.texts(base.objects().keySet().stream().map(Object::toString).toList());
        Value heads = Value.texts(base.commits().stream().map(c -> c.id().toString()).toList());
        Value tag = Value.dict().put("tag_id", "11111111-1111-4111-8111-111111111111").put("tag", "v1")
                .put("commit_id", base.head().toString()).build();
        this.small = List.of(
                new Request("/dev/fuzz/push/presign", Value.dict().put("object_ids", ids).build()),
                new Request("/dev/fuzz/fetch", Value.dict().put("want", heads).put("have", heads).build()),
                new Request("/dev/fuzz/fetch", Value.dict().put("want", heads).build()),
                new Request("/dev/fuzz/fetch/objects", Value.dict().put("ids", ids).put("accept",
                        Value.texts(List.of("zstd"))).build()),
                new Request("/dev/fuzz/tags", Value.dict().put("tags", new Value.Array(List.of(tag))).build()),
                new Request("/dev/settings/settings", Value.dict().put("refuse_polyglots", true).put("quota_bytes", 1L << 40)
                        .put("signatures", "off").put("default_branch", "main").build()),
                new Request("/-/keys", Value.dict().put("name", "k").put("public_key", "11".repeat(32)).build()));
        normalPush();
    }

    /** What must work whatever came before. */
    public void normalPush() {
        TestHub.Answer answer = hub.send("POST", "/dev/fuzz/push/stream", AUTH, History.bytes(base.push("main")));
        hub.send("POST", "/dev/settings/push/stream", AUTH, History.bytes(base.push("main")));
        String outcome = outcome(answer);
        if (!outcome.equals("R")) {
            violations.add("a normal push ends with " + outcome);
        }
    }

    /** Sends {@code n} requests. */
    public void run(int n) {
        for (int i = 0; i < n; i++) {
            inputs++;
            int kind = random.nextInt(10);
            if (kind < 6) {
                wellFramed = true;
                byte[] request = stream();
                check(request, !wellFramed);
            } else if (kind < 9) {
                check(small(), false);
            } else {
                check(broken(), true);
            }
        }
    }

    private void check(byte[] request, boolean mayClose) {
        TestHub.Answer answer;
        try {
            answer = hub.raw(request);
        } catch (IllegalStateException e) {
            // Closing on bytes that it did not read resets the connection; whoever sends no HTTP must live with that.
            boolean reset = mayClose && String.valueOf(e.getMessage()).contains("reset");
            if (!reset) {
                violations.add(e.getCause() + " by input " + inputs + ": " + Mutator.readable(request));
            }
            outcomes.merge("reset", 1, Integer::sum);
            return;
        }
        String outcome = outcome(answer);
        outcomes.merge(outcome, 1, Integer::sum);
        boolean fine = outcome.matches("R|X [a-z-]+|200|4..( [a-z-]+)?")
                || mayClose && (outcome.equals("closed") || outcome.equals("501"));
        if (!fine || answer.text().contains("\tat ")) {
            if (violations.size() < 20) {
                violations.add(outcome + " by input " + inputs + ": " + Mutator.readable(request));
            }
        }
    }

    /** What the hub said: R, X and a code, a status and a code, or nothing. */
    private static String outcome(TestHub.Answer answer) {
        if (answer.status() == 0) {
            return "closed";
        }
        String head = answer.head().toLowerCase(java.util.Locale.ROOT);
        if (answer.status() == 200 && head.contains("content-type: application/x-muse-packstream")) {
            return lastFrame(answer.body());
        }
        // What follows on a connection that stays open is the answer to what followed the request.
        if (head.contains("content-type: application/problem+json") && answer.text().matches("\\{.*\\}")) {
            return answer.status() + " " + JsonValues.decode(answer.body()).asDict("problem").text("code", "?");
        }
        return Integer.toString(answer.status());
    }

    private static String lastFrame(byte[] body) {
        FrameReader frames = new FrameReader(new ByteArrayInputStream(body), Limits.DEFAULT);
        Frame last = null;
        for (Optional<Frame> f = frames.next(); f.isPresent(); f = frames.next()) {
            last = f.get();
        }
        return switch (last) {
            case Frame.Result _, Frame.End _ -> "R";
            case Frame.Failure x when Problem.Code.ofText(x.code()).status() < 500 -> "X " + x.code();
            case Frame.Failure x -> "fault " + x.code() + " " + x.message();
            case null, default -> "no last frame";
        };
    }

    private byte[] stream() {
        byte[] body = random.nextInt(8) == 0 ? Streams.odd(random) : streams.next();
        String head = "POST /dev/fuzz/push/stream HTTP/1." + (random.nextInt(6) > 0 ? 1 : 0)
                + "\r\nHost: h\r\nConnection: close\r\n" + (random.nextInt(20) > 0 ? AUTH : "")
                + (random.nextInt(6) == 0 ? "Expect: 100-continue\r\n" : "");
        return switch (random.nextInt(5)) {
            case 0, 1 -> request(head + "Content-Length: " + body.length + "\r\n\r\n", body);
            case 2 -> request(head + "Content-Length: " + (body.length + random.nextInt(9) - 4) + "\r\n\r\n", body);
            default -> request(head + "Transfer-Encoding: chunked\r\n\r\n", chunked(body));
        };
    }

    private byte[] chunked(byte[] body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int at = 0;
        while (at < body.length) {
            int n = Math.min(body.length - at, 1 + random.nextInt(1 + random.nextInt(body.length)));
            boolean broken = random.nextInt(60) == 0;
            wellFramed &= !broken;
            String size = broken ? SIZES.get(random.nextInt(SIZES.size())) : Integer.toHexString(n);
            out.writeBytes((size + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(body, at, n);
            out.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
            at += n;
        }
        if (random.nextInt(10) > 0) {
            out.writeBytes("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        return out.toByteArray();
    }

    private byte[] small() {
        Request request = small.get(random.nextInt(small.size()));
        boolean json = random.nextBoolean();
        byte[] body = json ? mutatedJson(JsonValues.encode(request.body())) : streams.mutated(request.body());
        return request("POST " + request.path() + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" + AUTH
                + (json ? JSON : MSGPACK) + "Content-Length: " + body.length + "\r\n\r\n", body);
    }

    private byte[] mutatedJson(byte[] json) {
        String[] pieces = {"null", "-1", "1e400", "99999999999999999999", "\"\\ud800\"", "[]", "{}", "\"", "[[[[", "}", ",",
            "\"\\u0000\"", "true", "\ufeff", "\"../../x\""};
        String text = new String(json, StandardCharsets.UTF_8);
        int at = random.nextInt(text.length());
        int to = Math.min(text.length(), at + random.nextInt(80));
        return (text.substring(0, at) + pieces[random.nextInt(pieces.length)] + text.substring(to))
                .getBytes(StandardCharsets.UTF_8);
    }

    /** A request of which the head itself is damaged. */
    private byte[] broken() {
        List<String> lines = new ArrayList<>(List.of("GET /dev/fuzz/refs HTTP/1.1", "Host: h", "Connection: close",
                AUTH.strip(), "Content-Length: 0"));
        String[] odd = {"", " ", "GET", "GET // HTTP/1.1", "GET /a b HTTP/1.1", "GET /%zz HTTP/1.1", "GET http://x HTTP/1.1",
            "GET /dev/fuzz/refs HTTP/9.9", "OPTIONS * HTTP/1.1", "X /\u0000 HTTP/1.1", "Transfer-Encoding: gzip",
            "Transfer-Encoding: chunked", "Content-Length: -1", "Content-Length: 99999999999999999999",
            "Content-Length: 5", "a:b:c", ":", "Authorization: Bearer " + "x".repeat(9000), "x: " + "y".repeat(300_000),
            "Authorization: Basic \u00ff", "CONNECT x:1 HTTP/1.1", "PRI * HTTP/2.0", "GET /dev/%00/refs HTTP/1.1",
            "GET /dev/fuzz/reflog?before=99999999999999999999&branch=%00 HTTP/1.1", "GET /?" + "a".repeat(20_000)
            + " HTTP/1.1", "DELETE /dev/fuzz/branches/%ff HTTP/1.1", "DELETE /-/keys/%00 HTTP/1.1", "Upgrade: h2c"};
        int at = random.nextInt(lines.size());
        String line = odd[random.nextInt(odd.length)];
        if (random.nextBoolean()) {
            lines.set(line.contains(" HTTP/") ? 0 : at, line);
        } else {
            lines.add(line.contains(" HTTP/") ? 0 : at, line);
        }
        byte[] head = (String.join("\r\n", lines) + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
        return random.nextInt(3) == 0 ? streams.bytes(head) : head;
    }

    private static byte[] request(String head, byte[] body) {
        byte[] start = head.getBytes(StandardCharsets.ISO_8859_1);
        byte[] request = Arrays.copyOf(start, start.length + body.length);
        System.arraycopy(body, 0, request, start.length, body.length);
        return request;
    }

    /** How often what came out. */
    public Map<String, Integer> outcomes() {
        return outcomes;
    }

    public List<String> violations() {
        return violations;
    }
}
