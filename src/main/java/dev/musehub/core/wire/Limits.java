package dev.musehub.core.wire;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Value;

/**
 * Every bound on what one request may bring (design.md, "Limits"). The hub publishes its own in {@code refs}; the
 * client splits its pushes by them.
 *
 * @param objectsPerStream objects in one stream
 * @param commitsPerPush commits in one stream
 * @param objectBytes raw and encoded length of an object on the wire
 * @param largeObjectBytes length of an object that travels in pieces, or straight to the store
 * @param batchBytes raw bytes of the objects of one B frame, unless it has only one; and of its prefix
 * @param frameBytes length of any frame but B, O and L
 * @param packBytes length of all C frames of one stream together
 * @param manifestEntries entries of one manifest
 * @param bodyBytes length of a stream that clients should not exceed, so that proxies let it pass; a wish, not a wall
 * @param idsPerRequest ids in one presign or fetch request
 * @param requestBytes length of a request body other than a stream
 */
public record Limits(
        int objectsPerStream,
        int commitsPerPush,
        int objectBytes,
        long largeObjectBytes,
        int batchBytes,
        int frameBytes,
        long packBytes,
        int manifestEntries,
        long bodyBytes,
        int idsPerRequest,
        int requestBytes) {

    public static final Limits DEFAULT = new Limits(100_000, 10_000, 38_000_000, 5L << 30, 8 << 20, 16 << 20,
            256L << 20, 1_000_000, 64L << 20, 10_000, 4 << 20);

    /** Objects of one batch: one durable write and one transaction (I3). */
    public static final int BATCH_OBJECTS = 64;

    /** Data of one L frame. */
    public static final int PIECE_BYTES = 4 << 20;

    /** Snapshots or commits of one transaction of the finalisation (I3). */
    public static final int CHUNK = 100;

    /** Nesting of maps and lists in a free-form value. */
    public static final int DEPTH = 100;

    public Value.Dict toValue() {
        return Value.dict()
                .put("objects_per_stream", objectsPerStream)
                .put("commits_per_push", commitsPerPush)
                .put("object_bytes", objectBytes)
                .put("large_object_bytes", largeObjectBytes)
                .put("batch_bytes", batchBytes)
                .put("frame_bytes", frameBytes)
                .put("pack_bytes", packBytes)
                .put("manifest_entries", manifestEntries)
                .put("body_bytes", bodyBytes)
                .put("ids_per_request", idsPerRequest)
                .put("request_bytes", requestBytes)
                .build();
    }

    /** The refusal of something beyond a limit. */
    public static Problem exceeded(String what, long actual, long limit) {
        return new Problem(Problem.Code.LIMIT_EXCEEDED, what + ": " + actual + " is more than the limit of " + limit)
                .with("limit", limit).with("actual", actual);
    }
}
