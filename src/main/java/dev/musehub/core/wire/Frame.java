package dev.musehub.core.wire;

import dev.musehub.core.history.Commit;
import dev.musehub.core.history.ManifestDelta;
import dev.musehub.core.model.CodePoints;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** One frame of a packstream. A client sends {@code H (B | O | L)* C* E}, the hub answers {@code P* (X | R)}. */
public sealed interface Frame {

    int VERSION = 2;

    /**
     * H: what this stream is about to do.
     *
     * @param branch the branch to move
     * @param head its new head: a commit of this stream or of the repository; empty where no branch shall move
     * @param force whether a head that is no descendant of the old one is accepted
     * @param objects announced number of objects
     * @param commits announced number of commits
     * @param bytes announced raw bytes of the objects, 0 where not known
     * @param agent the sending program
     * @param repoId Muse's own repository id, used where this push creates the repository
     * @param domain Muse's domain of a repository that this push creates
     */
    record Header(int version, String branch, Optional<Sha256> head, boolean force, Lease expect, long objects,
            long commits, long bytes, String agent, String repoId, String domain) implements Frame { }

    /**
     * B: objects in one zstd frame, their bytes behind each other.
     *
     * @param sizes raw lengths in bytes, in the order of {@code ids}
     * @param prefix the objects whose bytes, behind each other, the frame is packed on; usually one or none
     * @param zstd the zstd frame; owned by this frame
     */
    record BatchFrame(List<Sha256> ids, int[] sizes, List<Sha256> prefix, byte[] zstd) implements Frame {

        /** The raw bytes of all objects. */
        public int rawBytes() {
            return Arrays.stream(sizes).sum();
        }
    }

    /**
     * O: one object.
     *
     * @param size raw length in bytes
     * @param data the encoded bytes; owned by the frame
     */
    record ObjectFrame(Sha256 id, Encoding encoding, int size, byte[] data) implements Frame { }

    /** How the bytes of an O frame are packed. */
    enum Encoding {
        RAW("raw"), ZLIB("zlib"), ZSTD("zstd");

        private final String text;

        Encoding(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    /**
     * L: a piece of an object too large for an O frame. The pieces of one object follow each other, in order; it is
     * whole with the piece that reaches {@code size}, and counts as one object.
     *
     * @param size raw length of the whole object in bytes
     * @param offset where this piece begins
     * @param data raw bytes, {@value Limits#PIECE_BYTES} at most and one at least; owned by the frame
     */
    record LargePiece(Sha256 id, long size, long offset, byte[] data) implements Frame {

        public LargePiece {
            if (data.length == 0 || offset < 0 || size - offset < data.length) {
                throw new Problem(Problem.Code.MALFORMED_STREAM, "a piece of object " + id + " lies outside of it");
            }
        }

        public boolean isLast() {
            return offset + data.length == size;
        }

        /** Whether {@code next} goes on where this piece ends. */
        public boolean isFollowedBy(LargePiece next) {
            return next.id.equals(id) && next.size == size && next.offset == offset + data.length;
        }
    }

    /** C: snapshots and commits; every snapshot before those based on it, every commit after its parents. */
    record CommitPack(List<SnapshotDelta> snapshots, List<Commit> commits) implements Frame { }

    /**
     * A snapshot as a difference.
     *
     * @param base the snapshot it differs from; empty for the empty manifest
     * @param createdAt exact text of the snapshot's file
     * @param order the file's key order where it is not the usual one
     * @param more whether the difference continues in the next snapshot entry of the stream, which has the same id:
     *     how a manifest larger than one frame travels
     */
    record SnapshotDelta(Sha256 id, Optional<Sha256> base, ManifestDelta delta, String createdAt,
            Optional<int[]> order, boolean more) {

        /**
         * This piece and the one after it as one.
         *
         * @throws Problem {@code invalid-snapshot} where the next is of another snapshot, or names a path again
         */
        public SnapshotDelta join(SnapshotDelta next) {
            if (!next.id.equals(id)) {
                throw new Problem(Problem.Code.INVALID_SNAPSHOT, "another snapshot begins inside one in pieces");
            }
            Map<String, Sha256> set = new TreeMap<>(CodePoints.ORDER);
            set.putAll(delta.set());
            for (Map.Entry<String, Sha256> e : next.delta.set().entrySet()) {
                if (set.put(e.getKey(), e.getValue()) != null) {
                    throw new Problem(Problem.Code.INVALID_SNAPSHOT, "path '" + e.getKey() + "' is set twice");
                }
            }
            List<String> del = new ArrayList<>(delta.del());
            del.addAll(next.delta.del());
            return new SnapshotDelta(id, base, ManifestDelta.checked(set, del), next.createdAt, next.order, next.more);
        }
    }

    /** E: the end, with the counts really sent. */
    record End(long objects, long commits) implements Frame { }

    /** P: how far the named phase is; also the heartbeat. */
    record Progress(String phase, long done, long total, long millis) implements Frame { }

    /** X: the refusal; the last frame. */
    record Failure(String code, String message, boolean retryable, Value.Dict details) implements Frame { }

    /**
     * R: what happened; the last frame.
     *
     * @param old the branch's head before; empty where it was born, or none moved
     * @param branchHeads the branch's head after
     * @param stored objects written by this stream
     * @param skipped objects the repository had already
     * @param timing phase to milliseconds
     * @param longestHoldMillis the longest time this push held a database connection
     * @param warnings what the pusher should know although nothing was refused
     * @param labels the digest of the labels that the repository has now, as in {@code refs}
     * @param lost whether the repository has lost objects
     */
    record Result(String branch, Optional<Sha256> old, Optional<Sha256> head, Map<String, Sha256> branchHeads,
            long stored, long skipped, long commits, long snapshots, Map<String, Double> timing,
            double longestHoldMillis, List<String> warnings, Optional<Sha256> labels, boolean lost) implements Frame {

        /** The same with what {@code refs} would say afterwards, so that the client need not ask. */
        public Result with(Sha256 newLabels, boolean anyLost) {
            return new Result(branch, old, head, branchHeads, stored, skipped, commits, snapshots, timing,
                    longestHoldMillis, warnings, Optional.of(newLabels), anyLost);
        }
    }
}
