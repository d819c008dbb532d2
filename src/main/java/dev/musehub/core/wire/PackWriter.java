package dev.musehub.core.wire;

import dev.musehub.core.history.Commit;
import dev.musehub.core.history.ManifestDelta;
import dev.musehub.core.model.CodePoints;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.wire.Frame.SnapshotDelta;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Writes snapshots and commits as C frames well below the frame limit; a difference too large for one frame goes out
 * in pieces. Confined to one thread.
 */
public final class PackWriter {

    /** Encoded bytes of a commit beside its message, with room for the other texts. */
    private static final int COMMIT_BYTES = 1500;

    /** Encoded bytes of a manifest entry beside its path. */
    private static final int ENTRY_BYTES = Sha256.PREFIX.length() + Sha256.HEX_LENGTH + 8;

    private final FrameWriter out;
    private final boolean packed;
    private final long frameBytes;
    private final List<SnapshotDelta> snapshots = new ArrayList<>();
    private final List<Commit> commits = new ArrayList<>();
    private long bytes;
    /** Those of {@link #bytes} that stand before the snapshot being added. */
    private long pending;
    private long commitsWritten;

    /** A writer of frames that are {@code packed}, or for simple clients are not. */
    public PackWriter(FrameWriter out, Limits limits, boolean packed) {
        this.out = out;
        this.packed = packed;
        // Estimates count characters; a path or message in UTF-8 may take three bytes for each.
        this.frameBytes = limits.frameBytes() / 4;
    }

    /** Adds a snapshot; those it is based on must have been added, or be known to the receiver. */
    public void add(SnapshotDelta snapshot) throws IOException {
        pending = bytes;
        Map<String, Sha256> set = new TreeMap<>(CodePoints.ORDER);
        List<String> del = new ArrayList<>();
        for (Map.Entry<String, Sha256> e : snapshot.delta().set().entrySet()) {
            set.put(e.getKey(), e.getValue());
            if (count(e.getKey().length() + ENTRY_BYTES)) {
                piece(snapshot, set, del);
            }
        }
        for (String path : snapshot.delta().del()) {
            del.add(path);
            if (count(path.length() + 8)) {
                piece(snapshot, set, del);
            }
        }
        count(200 + snapshot.order().map(order -> 5 * order.length).orElse(0));
        snapshots.add(new SnapshotDelta(snapshot.id(), snapshot.base(), new ManifestDelta(set, del),
                snapshot.createdAt(), snapshot.order(), false));
        flushIfFull();
    }

    /** Makes room inside a snapshot: what was whole before it goes first, for no commit may stand beside a piece. */
    private void piece(SnapshotDelta snapshot, Map<String, Sha256> set, List<String> del) throws IOException {
        if (pending > 0) {
            long begun = bytes - pending;
            flush();
            pending = 0;
            if (!count(begun)) {
                return;
            }
        }
        snapshots.add(new SnapshotDelta(snapshot.id(), snapshot.base(),
                new ManifestDelta(new TreeMap<>(set), List.copyOf(del)), snapshot.createdAt(), Optional.empty(), true));
        set.clear();
        del.clear();
        flush();
    }

    /** Adds a commit; its parents and its snapshot must have been added, or be known to the receiver. */
    public void add(Commit commit) throws IOException {
        // The free-form delta has no cheap estimate; a frame that turns out too large is refused by the receiver.
        count(COMMIT_BYTES + commit.message().length()
                + commit.structuredDelta().map(v -> MsgPackValues.encode(v).length).orElse(0));
        commits.add(commit);
        commitsWritten++;
        flushIfFull();
    }

    /** Notes more bytes; true where the frame should go out. */
    private boolean count(long more) {
        bytes += more;
        return bytes >= frameBytes;
    }

    private void flushIfFull() throws IOException {
        if (bytes >= frameBytes) {
            flush();
        }
    }

    /** Writes what is pending as one frame. Snapshots come before commits in it, as the receiver takes them. */
    public void flush() throws IOException {
        if (!snapshots.isEmpty() || !commits.isEmpty()) {
            Frame.CommitPack pack = new Frame.CommitPack(List.copyOf(snapshots), List.copyOf(commits));
            if (packed) {
                out.writePacked(pack);
            } else {
                out.write(pack);
            }
            snapshots.clear();
            commits.clear();
        }
        bytes = 0;
    }

    public long commits() {
        return commitsWritten;
    }
}
