package dev.musehub.client.hub;

import dev.musehub.client.hub.StoreTransfer.StoreTarget;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import java.net.URI;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The requests around a direct transfer between client and object store: the hub signs URLs for uploads, confirms what
 * arrived, and signs URLs for downloads.
 */
public final class PresignClient {

    private final HubClient hub;

    public PresignClient(HubClient hub) {
        this.hub = hub;
    }

    /** An object of this repository, with its length in bytes. */
    public record Outgoing(Sha256 id, long size) { }

    /**
     * How some objects shall be uploaded.
     *
     * @param stored the objects that the hub has already
     * @param targets the objects to put whole, and where
     * @param inParts the objects to put part by part
     */
    public record UploadWays(Set<Sha256> stored, Map<Sha256, StoreTarget> targets, Set<Sha256> inParts) { }

    /** {@code POST push/presign} with sizes. */
    public UploadWays presign(List<Outgoing> objects) {
        Value.Dict answer = hub.post("/push/presign", Value.dict()
                .put("object_ids", HubClient.ids(objects.stream().map(Outgoing::id).toList()))
                .put("sizes", new Value.Array(objects.stream().<Value>map(o -> new Value.Int(o.size())).toList()))
                .build());
        if (!answer.list("inline").isEmpty()) {
            throw new Problem(Problem.Code.CONFLICT, "the hub accepts objects of this repository only in streams; use"
                    + " --stream");
        }
        Map<Sha256, StoreTarget> targets = new HashMap<>();
        answer.dict("presigned").entries().forEach((id, target) ->
                targets.put(new Value.Text(id).asId("presigned"), target(target.asDict("target"))));
        return new UploadWays(ids(answer, "stored"), targets, ids(answer, "parts"));
    }

    /** The state of an upload in parts: the numbers of the next parts to put, and where. */
    public record SignedParts(long partBytes, int present, Map<Integer, StoreTarget> missing) { }

    /** {@code POST push/parts}. */
    public SignedParts parts(Outgoing object) {
        Value.Dict answer = hub.post("/push/parts",
                Value.dict().put("id", object.id().toString()).put("size", object.size()).build());
        Map<Integer, StoreTarget> missing = new TreeMap<>();
        answer.dict("missing").entries().forEach((n, target) -> {
            if (!n.matches("[1-9][0-9]{0,4}")) {
                throw RemoteErrors.unexpected();
            }
            missing.put(Integer.parseInt(n), target(target.asDict("target")));
        });
        long partBytes = answer.integer("part_bytes", 0);
        if (partBytes <= 0) {
            throw RemoteErrors.unexpected();
        }
        return new SignedParts(partBytes, answer.list("present").size(), missing);
    }

    /** What the hub found in the store: objects that did not arrive, and large ones that it is still reading. */
    public record Confirmation(Set<Sha256> missing, Set<Sha256> pending) { }

    /** {@code POST push/confirm}. */
    public Confirmation confirm(List<Sha256> ids, List<Outgoing> inParts) {
        Value.Builder large = Value.dict();
        inParts.forEach(o -> large.put(o.id().toString(), o.size()));
        Value.Dict answer = hub.post("/push/confirm", Value.dict()
                .put("object_ids", HubClient.ids(ids))
                .put("in_parts", large.build()).build());
        return new Confirmation(ids(answer, "missing"), ids(answer, "pending"));
    }

    /** A URL to download an object from, and the length of the object. */
    public record SignedDownload(StoreTarget target, long size) { }

    /** {@code POST fetch/presign}; empty if the hub has no store that clients can reach. */
    public Map<Sha256, SignedDownload> downloads(List<Sha256> ids) {
        Map<Sha256, SignedDownload> downloads = new LinkedHashMap<>();
        hub.post("/fetch/presign", Value.dict()
                .put("ids", HubClient.ids(ids)).build())
                .dict("presigned").entries().forEach((id, d) -> downloads.put(new Value.Text(id).asId("presigned"),
                        new SignedDownload(target(d.asDict("target")), d.asDict("target").integer("size", -1))));
        return downloads;
    }

    private static StoreTarget target(Value.Dict d) {
        Map<String, String> headers = new HashMap<>();
        d.dict("headers").entries().forEach((name, value) -> {
            String text = value.asText("header");
            // A line break in either would be a header that the hub makes up for another server.
            if (!name.matches("[A-Za-z0-9-]+") || !text.matches("[ -~]*")) {
                throw RemoteErrors.unexpected();
            }
            headers.put(name, text);
        });
        try {
            return new StoreTarget(URI.create(d.text("url", "")), headers);
        } catch (IllegalArgumentException e) {
            throw RemoteErrors.unexpected();
        }
    }

    private static Set<Sha256> ids(Value.Dict answer, String key) {
        Set<Sha256> ids = new HashSet<>();
        answer.list(key).forEach(v -> ids.add(v.asId(key)));
        return ids;
    }
}
