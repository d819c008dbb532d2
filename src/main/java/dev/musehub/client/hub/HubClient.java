package dev.musehub.client.hub;

import dev.musehub.cli.Version;
import dev.musehub.core.history.Labels;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.FrameReader;
import dev.musehub.core.wire.FrameWriter;
import dev.musehub.core.wire.Limits;
import dev.musehub.core.wire.MsgPackValues;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The requests of one remote repository. Redirects are refused: a token must not follow one. Safe for several threads;
 * each exchange has a connection of its own, and connections are kept for the next.
 */
public final class HubClient implements AutoCloseable {

    private static final String MSGPACK = "application/x-msgpack";
    private static final String PACKSTREAM = "application/x-muse-packstream";
    private static final Sha256 NO_LABELS = Labels.digest(List.of(), List.of());
    private static final int ANSWER_BYTES = 64 << 20;
    private static final Duration FAR = Duration.ofMillis(10);

    private final URI remote;
    private final String path;
    private final Optional<String> token;
    private final Connections connections;
    /** Of all small requests so far, in nanoseconds. */
    private volatile long quickestAnswer = Long.MAX_VALUE;

    /**
     * A client of the repository at {@code remote}, {@code http(s)://host/owner/slug}.
     *
     * @param token sent with each request; the caller has made sure that it may travel to that address
     * @throws Problem {@code bad-request} where {@code remote} is no such address
     */
    public HubClient(URI remote, Optional<String> token) {
        String scheme = remote.getScheme() == null ? "" : remote.getScheme();
        boolean http = scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https");
        if (!http || remote.getHost() == null || remote.getRawPath().replaceAll("/+$", "").length() < 4) {
            throw new Problem(Problem.Code.BAD_REQUEST, "'" + remote + "' is not the address of a repository; it looks"
                    + " like https://hub.example/owner/name");
        }
        this.remote = remote;
        this.connections = new Connections(remote);
        this.path = remote.getRawPath().replaceAll("/+$", "");
        this.token = token;
    }

    /** A client of what belongs to the caller's account on a hub rather than to a repository. */
    public static HubClient ofHub(URI hub, Optional<String> token) {
        return new HubClient(hub.resolve("/-/keys"), token);
    }

    /**
     * What the hub says of a repository.
     *
     * @param exists false where a push would create it
     * @param lost whether the hub has lost objects of it
     */
    public record Refs(boolean exists, String repoId, String domain, Optional<String> defaultBranch,
            Map<String, Sha256> heads, Sha256 labels, Limits limits, Set<String> capabilities,
            boolean lost) {

        /** Whether objects may go straight to the store behind the hub, and come straight from it. */
        public boolean direct() {
            return capabilities.contains("direct");
        }

        /** Whether objects beyond {@link Limits#objectBytes} may travel in pieces. */
        public boolean large() {
            return capabilities.contains("large");
        }
    }

    /** Whether even the quickest answer took as long as on lines between cities; such lines are slow, too. */
    public boolean isFar() {
        return quickestAnswer > FAR.toNanos();
    }

    /**
     * {@code GET refs}.
     *
     * @throws Problem what the hub says, {@code unreachable} where it says nothing
     */
    public Refs refs() {
        try {
            Value.Dict d = exchange("GET", "/refs", Optional.empty());
            Map<String, Sha256> heads = new LinkedHashMap<>();
            d.dict("branch_heads").entries().forEach((name, id) -> heads.put(name, id.asId("branch head")));
            return new Refs(true, d.text("repo_id", ""), d.text("domain", ""),
                    d.get("default_branch").map(v -> v.asText("default_branch")), heads,
                    d.get("labels").map(v -> v.asId("labels")).orElse(NO_LABELS),
                    Limits.ofValue(d.dict("limits")), Set.copyOf(d.texts("capabilities")),
                    d.bool("lost", false));
        } catch (Problem e) {
            if (e.code() == Problem.Code.NOT_FOUND && e.details().bool("creatable", false)) {
                return new Refs(false, "", "", Optional.empty(), Map.of(), NO_LABELS,
                        Limits.ofValue(e.details().dict("limits")), Set.copyOf(e.details().texts("capabilities")), false);
            }
            throw e;
        }
    }

    /** {@code POST push/presign}: those of {@code ids} that the repository has. */
    public Set<Sha256> stored(Collection<Sha256> ids) {
        Value.Dict body = Value.dict()
                .put("object_ids", Value.texts(ids.stream().map(Sha256::toString).toList())).build();
        Set<Sha256> stored = new HashSet<>();
        exchange("POST", "/push/presign", Optional.of(body)).list("stored").forEach(v -> stored.add(v.asId("stored")));
        return stored;
    }

    /** {@code GET lost}, page by page: objects that the hub has lost. */
    public List<Sha256> lost() {
        List<Sha256> all = new ArrayList<>();
        String after = "";
        while (true) {
            Value.Dict page = exchange("GET", "/lost" + after, Optional.empty());
            page.list("lost").forEach(id -> all.add(id.asId("lost")));
            if (!page.bool("more", false) || page.list("lost").isEmpty()) {
                return all;
            }
            after = "?after=" + encoded(all.getLast().toString());
        }
    }

    /** {@code GET tags}: tags and releases. */
    public Value.Dict labels() {
        return exchange("GET", "/tags", Optional.empty());
    }

    /** {@code POST tags}; returns how many the hub kept, those it had included. */
    public long addLabels(Labels.LabelKind kind, List<Value> labels) {
        Value.Dict body = Value.dict().put(kind.plural(), new Value.Array(labels)).build();
        return exchange("POST", "/tags", Optional.of(body)).integer("stored", 0);
    }

    /** {@code DELETE branches/NAME}; returns the head it had. */
    public Sha256 deleteBranch(String branch) {
        return exchange("DELETE", "/branches/" + encoded(branch), Optional.empty()).get("old")
                .orElseThrow(RemoteErrors::unexpected).asId("old");
    }

    public Value.Dict settings() {
        return exchange("GET", "/settings", Optional.empty());
    }

    public Value.Dict changeSettings(Value.Dict changes) {
        return exchange("POST", "/settings", Optional.of(changes));
    }

    public Value.Dict deleteRepository() {
        return exchange("DELETE", "", Optional.empty());
    }

    public Value.Dict members() {
        return exchange("GET", "/members", Optional.empty());
    }

    public Value.Dict addMember(String user, String role) {
        return exchange("POST", "/members", Optional.of(Value.dict().put("user", user).put("role", role).build()));
    }

    public Value.Dict removeMember(String user) {
        return exchange("DELETE", "/members/" + encoded(user), Optional.empty());
    }

    /** {@code GET commits/ID/comments}: those behind comment {@code after}. */
    public Value.Dict comments(String commit, long after) {
        return exchange("GET", "/commits/" + encoded(commit) + "/comments?after=" + after, Optional.empty());
    }

    public Value.Dict addComment(String commit, String body) {
        return exchange("POST", "/commits/" + encoded(commit) + "/comments",
                Optional.of(Value.dict().put("body", body).build()));
    }

    public Value.Dict removeComment(String commit, String number) {
        return exchange("DELETE", "/commits/" + encoded(commit) + "/comments/" + encoded(number), Optional.empty());
    }

    /** The latest moves of a branch, or of all where {@code branch} is empty. */
    public Value.Dict reflog(String branch) {
        return exchange("GET", "/reflog" + (branch.isEmpty() ? "" : "?branch=" + encoded(branch)), Optional.empty());
    }

    /** The caller's keys; of a client made by {@link #ofHub}, as the two that follow. */
    public Value.Dict keys() {
        return exchange("GET", "", Optional.empty());
    }

    public Value.Dict addKey(String name, String publicKeyHex) {
        return exchange("POST", "",
                Optional.of(Value.dict().put("name", name).put("public_key", publicKeyHex).build()));
    }

    public Value.Dict removeKey(String keyId) {
        return exchange("DELETE", "/" + encoded(keyId), Optional.empty());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Writes the frames of a push behind its header. */
    public interface Frames {
        void write(FrameWriter out) throws IOException;
    }

    /**
     * {@code POST push/stream}. The answer is read while the stream is written: a refusal ends the sending at once.
     *
     * @param progress told of each P frame, on another thread
     */
    public Frame.Result push(Frame.Header header, Frames frames, Limits limits, Consumer<Frame.Progress> progress) {
        return RetryAfter.ask(() -> pushOnce(header, frames, limits, progress));
    }

    private Frame.Result pushOnce(Frame.Header header, Frames frames, Limits limits,
            Consumer<Frame.Progress> progress) {
        try (HttpConnection connection = HttpConnection.open(remote)) {
            PushAnswer answer = new PushAnswer(this, connection, limits, progress);
            Thread reader = Thread.ofPlatform().daemon().name("answer").start(answer);
            IOException broken = null;
            try (OutputStream out = connection.sendChunked("POST", path + "/push/stream", headers(PACKSTREAM))) {
                FrameWriter writer = new FrameWriter(out);
                writer.write(header);
                frames.write(writer);
                writer.flush();
            } catch (IOException e) {
                // Most often the hub has refused and said why; its answer tells.
                broken = e;
            }
            reader.join();
            return answer.result(broken);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(Problem.Code.UNREACHABLE, "interrupted", e);
        }
    }

    /** {@code POST fetch}: hands over each commit pack. */
    public void fetch(Collection<Sha256> want, Collection<Sha256> have, Limits limits, FrameConsumer packs) {
        Value.Dict body = Value.dict()
                .put("want", Value.texts(want.stream().map(Sha256::toString).toList()))
                .put("have", Value.texts(have.stream().map(Sha256::toString).toList())).build();
        stream("/fetch", body, limits, packs);
    }

    /** {@code POST fetch/objects}: hands over each object, in the order of {@code ids}. */
    public void fetchObjects(Collection<Sha256> ids, Limits limits, FrameConsumer objects) {
        Value.Dict body = Value.dict().put("ids", Value.texts(ids.stream().map(Sha256::toString).toList()))
                .put("accept", Value.texts(List.of("zstd"))).build();
        stream("/fetch/objects", body, limits, objects);
    }

    /** Takes a frame; what it throws ends the exchange. */
    public interface FrameConsumer {
        void accept(Frame frame) throws IOException;
    }

    private void stream(String endpoint, Value.Dict body, Limits limits, FrameConsumer consumer) {
        RetryAfter.ask(() -> streamOnce(endpoint, body, limits, consumer));
    }

    /** Returns how many objects and commits there were. */
    private long streamOnce(String endpoint, Value.Dict body, Limits limits, FrameConsumer consumer) {
        HttpConnection connection = connections.take();
        boolean ended = false;
        try {
            connection.send("POST", path + endpoint, headers(MSGPACK), MsgPackValues.encode(body));
            HttpConnection.Response response = connection.receive();
            if (response.status() != 200) {
                throw RemoteErrors.of(response, remote);
            }
            try (InputStream in = response.body()) {
                FrameReader frames = new FrameReader(in, limits);
                long objects = 0;
                long commits = 0;
                while (true) {
                    Frame frame = frames.next().orElseThrow(() -> new Problem(Problem.Code.UNREACHABLE,
                            "the hub's answer broke off; try again"));
                    switch (frame) {
                        case Frame.ObjectFrame _ -> objects++;
                        case Frame.LargePiece piece -> objects += piece.isLast() ? 1 : 0;
                        case Frame.CommitPack c -> commits += c.commits().size();
                        case Frame.Failure x -> throw RemoteErrors.of(x);
                        case Frame.End e -> {
                            if (e.objects() != objects || e.commits() != commits || frames.next().isPresent()) {
                                throw RemoteErrors.unexpected();
                            }
                            // The body is at its end, so the next answer begins behind it.
                            ended = true;
                            return objects + commits;
                        }
                        default -> throw RemoteErrors.unexpected();
                    }
                    consumer.accept(frame);
                }
            }
        } catch (IOException e) {
            throw RemoteErrors.broken(e);
        } finally {
            connections.giveBack(connection, ended);
        }
    }

    /** A request with a body, answered with a map. */
    Value.Dict post(String endpoint, Value.Dict body) {
        return exchange("POST", endpoint, Optional.of(body));
    }

    public URI remote() {
        return remote;
    }

    private Value.Dict exchange(String method, String endpoint, Optional<Value.Dict> body) {
        return RetryAfter.ask(() -> exchangeOnce(method, endpoint, body));
    }

    private Value.Dict exchangeOnce(String method, String endpoint, Optional<Value.Dict> body) {
        byte[] bytes = body.map(MsgPackValues::encode).orElse(new byte[0]);
        HttpConnection connection = connections.take();
        boolean ended = false;
        try {
            connection.send(method, path + endpoint, headers(body.isPresent() ? MSGPACK : ""), bytes);
            long sent = System.nanoTime();
            HttpConnection.Response response = connection.receive();
            quickestAnswer = Math.min(quickestAnswer, System.nanoTime() - sent);
            if (response.status() != 200) {
                throw RemoteErrors.of(response, remote);
            }
            byte[] answer;
            try (InputStream in = response.body()) {
                answer = in.readNBytes(ANSWER_BYTES + 1);
                if (answer.length > ANSWER_BYTES || in.read() >= 0) {
                    throw RemoteErrors.unexpected();
                }
            }
            ended = true;
            return MsgPackValues.decode(answer).asDict("answer");
        } catch (IOException e) {
            throw RemoteErrors.broken(e);
        } finally {
            connections.giveBack(connection, ended);
        }
    }

    private Map<String, String> headers(String contentType) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Accept", MSGPACK);
        headers.put("User-Agent", "musehub/" + Version.TEXT);
        if (!contentType.isEmpty()) {
            headers.put("Content-Type", contentType);
        }
        token.ifPresent(t -> headers.put("Authorization", "Bearer " + t));
        return headers;
    }

    @Override
    public void close() {
        connections.close();
    }
}
