package dev.musehub.testing;

import dev.musehub.core.history.Commit;
import dev.musehub.core.history.Ids;
import dev.musehub.core.history.Manifest;
import dev.musehub.core.io.Zstd;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.FrameWriter;
import dev.musehub.core.wire.Lease;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** A made-up history, and the streams that push it. */
public final class History {

    public static final String TIME = "2026-03-16T12:00:00+00:00";

    private final Map<Sha256, byte[]> objects = new LinkedHashMap<>();
    private final List<Commit> commits = new ArrayList<>();
    private final Map<Sha256, Manifest> manifests = new HashMap<>();

    /** {@code n} commits in a line, each of which changes one file and adds one. */
    public static History line(String name, int n) {
        History history = new History();
        for (int i = 0; i < n; i++) {
            Map<String, String> files = new TreeMap<>();
            files.put("counter.txt", name + " " + i);
            files.put("src/file" + i + ".txt", name + " file " + i);
            history.commit(name + " " + i, files);
        }
        return history;
    }

    /** Adds a commit on the last one, with these files changed or added. */
    public Commit commit(String message, Map<String, String> files) {
        return commit(message, commits.isEmpty() ? List.of() : List.of(commits.getLast().id()), files);
    }

    /** Adds a commit on the given parents. */
    public Commit commit(String message, List<Sha256> parents, Map<String, String> files) {
        return commit(message, parents, files, Set.of(), UnaryOperator.identity());
    }

    /** Adds a commit without some paths and with other details, from which its id is formed again. */
    public Commit commit(String message, List<Sha256> parents, Map<String, String> files, Set<String> deleted,
            UnaryOperator<Commit> details) {
        Map<String, Sha256> entries = new TreeMap<>();
        if (!parents.isEmpty()) {
            Manifest before = manifestOf(parents.getFirst());
            for (int i = 0; i < before.size(); i++) {
                entries.put(before.path(i), before.objectId(i));
            }
        }
        new TreeMap<>(files).forEach((path, text) -> entries.put(path, object(text)));
        entries.keySet().removeAll(deleted);
        Manifest manifest = Manifest.of(entries);
        Commit commit = details.apply(commit(message, parents, Ids.snapshot(manifest)));
        manifests.put(commit.id(), manifest);
        commits.add(commit);
        return commit;
    }

    public Sha256 object(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Sha256 id = Sha256.of(bytes);
        objects.put(id, bytes);
        return id;
    }

    /** A commit record of these essentials. */
    public static Commit commit(String message, List<Sha256> parents, Sha256 snapshot) {
        return new Commit(Ids.commit(parents, snapshot, message, TIME), "repo", "main", snapshot, message, TIME,
                parents.stream().findFirst(), parents.stream().skip(1).findFirst(), "Ann", Map.of(), Optional.empty(),
                "none", List.of(), "", "", "", "", "", "", 5, List.of(), 0);
    }

    public Manifest manifestOf(Sha256 commit) {
        return manifests.get(commit);
    }

    public List<Commit> commits() {
        return commits;
    }

    public Map<Sha256, byte[]> objects() {
        return objects;
    }

    public Sha256 head() {
        return commits.getLast().id();
    }

    /** The snapshots of {@code some} commits, each as a difference to its first parent's. */
    public List<Frame.SnapshotDelta> snapshots(Collection<Commit> some) {
        Map<Sha256, Frame.SnapshotDelta> deltas = new LinkedHashMap<>();
        for (Commit commit : some) {
            Optional<Sha256> base = commit.parent1().map(parent -> Ids.snapshot(manifests.get(parent)))
                    .filter(id -> !id.equals(commit.snapshotId()));
            Manifest from = commit.parent1().map(manifests::get).orElse(Manifest.EMPTY);
            deltas.putIfAbsent(commit.snapshotId(), new Frame.SnapshotDelta(commit.snapshotId(), base,
                    manifests.get(commit.id()).since(base.isEmpty() ? Manifest.EMPTY : from), TIME,
                    Optional.empty(), false));
        }
        return List.copyOf(deltas.values());
    }

    public static Frame.Header header(String branch, Optional<Sha256> head, boolean force, Lease lease) {
        return new Frame.Header(Frame.VERSION, branch, head, force, lease, 0, 0, 0, "test", "", "code");
    }

    /** The frames that push everything to {@code branch}. */
    public List<Frame> push(String branch) {
        return push(header(branch, Optional.of(head()), false, new Lease.None()), objects.keySet(), commits);
    }

    /** The frames that push some of it. */
    public List<Frame> push(Frame.Header header, Collection<Sha256> someObjects, List<Commit> someCommits) {
        List<Frame> frames = new ArrayList<>();
        frames.add(header);
        for (Sha256 id : someObjects) {
            frames.add(raw(id, objects.get(id)));
        }
        if (!someCommits.isEmpty()) {
            frames.add(new Frame.CommitPack(snapshots(someCommits), someCommits));
        }
        frames.add(new Frame.End(someObjects.size(), someCommits.size()));
        return frames;
    }

    public static Frame.ObjectFrame raw(Sha256 id, byte[] bytes) {
        return new Frame.ObjectFrame(id, Frame.Encoding.RAW, bytes.length, bytes);
    }

    /** These frames with their objects in batches of {@code size}, each on the last object of the one before. */
    public static List<Frame> batches(List<Frame> frames, int size) {
        List<Frame> packed = new ArrayList<>();
        List<Frame.ObjectFrame> objects = new ArrayList<>();
        Optional<Frame.ObjectFrame> last = Optional.empty();
        try (Zstd zstd = new Zstd()) {
            for (Frame frame : frames) {
                if (frame instanceof Frame.ObjectFrame o) {
                    objects.add(o);
                }
                if (!objects.isEmpty() && (objects.size() == size || !(frame instanceof Frame.ObjectFrame))) {
                    packed.add(new Frame.BatchFrame(objects.stream().map(Frame.ObjectFrame::id).toList(),
                            objects.stream().mapToInt(Frame.ObjectFrame::size).toArray(),
                            last.map(Frame.ObjectFrame::id).map(List::of).orElse(List.of()),
                            zstd.compress(Zstd.join(objects.stream().map(Frame.ObjectFrame::data).toList()),
                                    last.map(Frame.ObjectFrame::data).orElse(Zstd.noPrefix()))));
                    last = Optional.of(objects.getLast());
                    objects.clear();
                }
                if (!(frame instanceof Frame.ObjectFrame)) {
                    packed.add(frame);
                }
            }
        }
        return packed;
    }

    /** The bytes of frames. */
    public static byte[] bytes(List<? extends Frame> frames) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FrameWriter writer = new FrameWriter(out);
        try {
            for (Frame frame : frames) {
                writer.write(frame);
            }
            writer.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
