package dev.musehub.client.hub;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.Limits;
import dev.musehub.labels.Labels;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** The requests for one repository on a hub (wire.md), or for one account. Safe for several threads. */
public final class HubClient implements AutoCloseable {

    /** That this client takes B frames, and C frames that are packed. */
    private static final Value BATCHES = Value.texts(List.of("batch"));

    private static final Sha256 NO_LABELS = Labels.digest(List.of(), List.of());

    private final HubTransport transport;

    /**
     * A client of the repository at {@code remote}, {@code http(s)://host/owner/slug}.
     *
     * @param token is sent with each request. The caller has checked that it may travel to that address
     * @throws Problem {@code bad-request} if {@code remote} is not such an address
     */
    public HubClient(URI remote, Optional<String> token) {
        this.transport = new HubTransport(checked(remote), token);
    }

    /**
     * Returns {@code remote}, if it looks like the address of a repository.
     *
     * @throws Problem {@code bad-request}
     */
    public static URI checked(URI remote) {
        String scheme = remote.getScheme() == null ? "" : remote.getScheme();
        boolean http = scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https");
        if (!http || remote.getHost() == null || remote.getRawPath().replaceAll("/+$", "").length() < 4) {
            throw new Problem(Problem.Code.BAD_REQUEST, "'" + remote + "' is not the address of a repository; it looks"
                    + " like https://hub.example/owner/name");
        }
        return remote;
    }

    /** A client for the keys of the account that the token belongs to. */
    public static HubClient ofHub(URI hub, Optional<String> token) {
        return new HubClient(hub.resolve("/-/keys"), token);
    }

    /**
     * What a hub says about a repository.
     *
     * @param exists false if the repository does not exist yet and a push would create it
     * @param lost whether the hub has lost objects of the repository
     */
    public record Refs(boolean exists, String repoId, String domain, Optional<String> defaultBranch,
            Map<String, Sha256> heads, Sha256 labels, Limits limits, Set<String> capabilities,
            boolean lost) {

        /** What a client may rely on without asking a hub that has the repository. */
        public static Refs assumed() {
            return new Refs(true, "", "", Optional.empty(), Map.of(), NO_LABELS, Limits.DEFAULT, Set.of(), false);
        }

        /** The same with other labels, and with lost objects or without. */
        public Refs with(Sha256 newLabels, boolean anyLost) {
            return new Refs(exists, repoId, domain, defaultBranch, heads, newLabels, limits, capabilities, anyLost);
        }

        /** Whether clients may transfer objects directly to and from the object store behind the hub. */
        public boolean direct() {
            return capabilities.contains("direct");
        }

        /** Whether objects larger than {@link Limits#objectBytes} may travel in pieces. */
        public boolean large() {
            return capabilities.contains("large");
        }
    }

    /**
     * {@code GET refs}.
     *
     * @throws Problem the refusal of the hub, or {@code unreachable}
     */
    public Refs refs() {
        try {
            Value.Dict d = get("/refs");
            Map<String, Sha256> heads = new LinkedHashMap<>();
            d.dict("branch_heads").entries().forEach((name, id) -> heads.put(name, id.asId("branch head")));
            return new Refs(true, d.text("repo_id", ""), d.text("domain", ""),
                    d.get("default_branch").map(v -> v.asText("default_branch")), heads,
                    d.get("labels").map(v -> v.asId("labels")).orElse(NO_LABELS),
                    published(d.dict("limits")), Set.copyOf(d.texts("capabilities")),
                    d.bool("lost", false));
        } catch (Problem e) {
            if (e.code() == Problem.Code.NOT_FOUND && e.details().bool("creatable", false)) {
                return new Refs(false, "", "", Optional.empty(), Map.of(), NO_LABELS,
                        published(e.details().dict("limits")), Set.copyOf(e.details().texts("capabilities")),
                        false);
            }
            throw e;
        }
    }

    /** The limits that a hub published; what it left out has its default, and none exceeds what this side can hold. */
    private static Limits published(Value.Dict d) {
        return new Limits(
                bounded(d, "objects_per_stream", Limits.DEFAULT.objectsPerStream()),
                bounded(d, "commits_per_push", Limits.DEFAULT.commitsPerPush()),
                bounded(d, "object_bytes", Limits.DEFAULT.objectBytes()),
                bounded(d, "large_object_bytes", Limits.DEFAULT.largeObjectBytes()),
                bounded(d, "batch_bytes", Limits.DEFAULT.batchBytes()),
                bounded(d, "frame_bytes", Limits.DEFAULT.frameBytes()),
                bounded(d, "pack_bytes", Limits.DEFAULT.packBytes()),
                bounded(d, "manifest_entries", Limits.DEFAULT.manifestEntries()),
                bounded(d, "body_bytes", Limits.DEFAULT.bodyBytes()),
                bounded(d, "ids_per_request", Limits.DEFAULT.idsPerRequest()),
                bounded(d, "request_bytes", Limits.DEFAULT.requestBytes()));
    }

    private static int bounded(Value.Dict d, String key, int standard) {
        return (int) bounded(d, key, (long) standard);
    }

    private static long bounded(Value.Dict d, String key, long standard) {
        return Math.clamp(d.integer(key, standard), 1, standard);
    }

    /** {@code POST push/presign}: which of {@code ids} the repository has. */
    public Set<Sha256> stored(Collection<Sha256> ids) {
        Set<Sha256> stored = new HashSet<>();
        post("/push/presign", Value.dict().put("object_ids", ids(ids)).build()).list("stored").forEach(v ->
                stored.add(v.asId("stored")));
        return stored;
    }

    /** {@code GET lost}, page by page: objects that the hub has lost. */
    public List<Sha256> lost() {
        List<Sha256> all = new ArrayList<>();
        String after = "";
        while (true) {
            Value.Dict page = get("/lost" + after);
            page.list("lost").forEach(id -> all.add(id.asId("lost")));
            if (!page.bool("more", false) || page.list("lost").isEmpty()) {
                return all;
            }
            after = "?after=" + encoded(all.getLast().toString());
        }
    }

    /** {@code GET tags}: tags and releases. */
    public Value.Dict labels() {
        return get("/tags");
    }

    /**
     * The answer to {@code POST tags}.
     *
     * @param stored how many of the sent labels the hub has now
     * @param unknown those whose commits the hub does not have
     */
    public record LabelsKept(long stored, Set<String> unknown) { }

    /** {@code POST tags}. */
    public LabelsKept addLabels(Labels.LabelKind kind, List<Value> labels) {
        Value.Dict body = Value.dict().put(kind.plural(), new Value.Array(labels)).build();
        Value.Dict answer = post("/tags", body);
        return new LabelsKept(answer.integer("stored", 0), Set.copyOf(answer.texts("unknown")));
    }

    /** {@code DELETE branches/NAME}; returns the head it had. */
    public Sha256 deleteBranch(String branch) {
        return delete("/branches/" + encoded(branch)).get("old")
                .orElseThrow(RemoteErrors::unexpected).asId("old");
    }

    public Value.Dict settings() {
        return get("/settings");
    }

    public Value.Dict changeSettings(Value.Dict changes) {
        return post("/settings", changes);
    }

    public Value.Dict deleteRepository() {
        return delete("");
    }

    public Value.Dict members() {
        return get("/members");
    }

    public Value.Dict addMember(String user, String role) {
        return post("/members", Value.dict().put("user", user).put("role", role).build());
    }

    public Value.Dict removeMember(String user) {
        return delete("/members/" + encoded(user));
    }

    /** {@code GET commits/ID/comments}: the comments after number {@code after}. */
    public Value.Dict comments(String commit, long after) {
        return get("/commits/" + encoded(commit) + "/comments?after=" + after);
    }

    public Value.Dict addComment(String commit, String body) {
        return post("/commits/" + encoded(commit) + "/comments", Value.dict().put("body", body).build());
    }

    public Value.Dict removeComment(String commit, String number) {
        return delete("/commits/" + encoded(commit) + "/comments/" + encoded(number));
    }

    /** The latest moves of a branch, or of all branches if {@code branch} is empty. */
    public Value.Dict reflog(String branch) {
        return get("/reflog" + (branch.isEmpty() ? "" : "?branch=" + encoded(branch)));
    }

    /** The keys of the account. This and the next two need a client from {@link #ofHub}. */
    public Value.Dict keys() {
        return get("");
    }

    public Value.Dict addKey(String name, String publicKeyHex) {
        return post("", Value.dict().put("name", name).put("public_key", publicKeyHex).build());
    }

    public Value.Dict removeKey(String keyId) {
        return delete("/" + encoded(keyId));
    }

    /**
     * {@code POST push/stream}. A refusal ends the sending at once.
     *
     * @param progress gets each P frame, on another thread
     */
    public Frame.Result push(Frame.Header header, HubTransport.Frames frames, Limits limits,
            Consumer<Frame.Progress> progress) {
        return transport.push(header, frames, limits, progress);
    }

    /** {@code POST fetch}: hands over each commit pack. */
    public void fetch(Collection<Sha256> want, Collection<Sha256> have, Limits limits,
            HubTransport.FrameConsumer packs) {
        transport.stream("/fetch", Value.dict().put("want", ids(want)).put("have", ids(have))
                .put("accept", BATCHES).build(), limits, packs);
    }

    /** {@code POST fetch/objects}: hands over each object, in the order of {@code ids}. */
    public void fetchObjects(Collection<Sha256> ids, Limits limits, HubTransport.FrameConsumer objects) {
        Value.Dict body = Value.dict().put("ids", ids(ids))
                .put("accept", BATCHES).build();
        transport.stream("/fetch/objects", body, limits, objects);
    }

    /** {@code POST} with a body, answered with a map. */
    Value.Dict post(String endpoint, Value.Dict body) {
        return transport.exchange("POST", endpoint, Optional.of(body));
    }

    private Value.Dict get(String endpoint) {
        return transport.exchange("GET", endpoint, Optional.empty());
    }

    private Value.Dict delete(String endpoint) {
        return transport.exchange("DELETE", endpoint, Optional.empty());
    }

    /** Ids as requests name them. */
    static Value ids(Collection<Sha256> ids) {
        return Value.texts(ids.stream().map(Sha256::toString).toList());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    public URI remote() {
        return transport.address();
    }

    @Override
    public void close() {
        transport.close();
    }
}
