package dev.musehub.testing.fuzz;

import dev.musehub.core.history.Commit;
import dev.musehub.core.history.ManifestDelta;
import dev.musehub.core.io.Zstd;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.Frame.Encoding;
import dev.musehub.core.wire.Frame.ObjectFrame;
import dev.musehub.core.wire.Frame.SnapshotDelta;
import dev.musehub.core.wire.Lease;
import dev.musehub.testing.History;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.zip.Deflater;

/** Valid push streams of every shape, for mutation; and odd ones, whose ids are right but whose contents are not usual. */
public final class Streams {

    private Streams() {
    }

    /** One of each shape; {@code base} is what the repository has already. */
    public static List<List<Frame>> valid(History base) {
        History line = History.line("line", 4);
        History grown = History.line("base", base.commits().size());
        Commit left = grown.commit("left", Map.of("left.txt", "left", "counter.txt", "left " + "x".repeat(500)));
        Commit right = grown.commit("right", List.of(base.head()), Map.of("right.txt", "right"));
        grown.commit("merge", List.of(left.id(), right.id()), Map.of("merged.txt", "merged"), Set.of("counter.txt"),
                Streams::annotated);
        List<Commit> added = grown.commits().subList(base.commits().size(), grown.commits().size());
        Frame.Header move = History.header("grown", Optional.of(grown.head()), false, new Lease.None());
        Frame.Header nothing = History.header("main", Optional.empty(), false, new Lease.None());
        History many = History.line("many", 40);
        return List.of(
                line.push("line"),
                packed(line.push("zlib"), Encoding.ZLIB),
                packed(line.push("zstd"), Encoding.ZSTD),
                grown.push(move, grown.objects().keySet().stream().filter(id -> !base.objects().containsKey(id))
                        .toList(), added),
                inPieces(line.push("pieces")),
                ordered(line.push("ordered")),
                line.push(nothing, line.objects().keySet(), List.of()),
                line.push(nothing, line.objects().keySet(), line.commits()),
                base.push(History.header("main", Optional.of(base.head()), true, new Lease.At(base.head())), List.of(),
                        List.of()),
                base.push(History.header("born", Optional.of(base.head()), false, new Lease.Unborn()), List.of(),
                        List.of()),
                History.batches(line.push("batch"), 64),
                History.batches(many.push("batches"), 3),
                packed(many.push("many"), Encoding.ZSTD));
    }

    private static Commit annotated(Commit c) {
        return new Commit(c.id(), "repo", "main", c.snapshotId(), c.message(), c.committedAt(), c.parent1(), c.parent2(),
                "Ann <ann@example.org>", Map.of("key", "value"), Optional.of(Value.dict().put("added", 3).build()),
                "minor", List.of("api"), "agent", "model", "tool", "hash", "ed25519:" + "ab".repeat(64), "0123456789abcdef",
                5, List.of("Bob"), 12);
    }

    /** The same with its objects packed one by one. */
    private static List<Frame> packed(List<Frame> frames, Encoding encoding) {
        try (Zstd zstd = new Zstd()) {
            return frames.stream().map(frame -> frame instanceof ObjectFrame o ? new ObjectFrame(o.id(), encoding,
                    o.size(), encoding == Encoding.ZSTD ? zstd.compress(o.data(), Zstd.noPrefix()) : deflated(o.data()))
                    : frame).toList();
        }
    }

    static byte[] deflated(byte[] raw) {
        Deflater deflater = new Deflater();
        deflater.setInput(raw);
        deflater.finish();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        while (!deflater.finished()) {
            out.write(buffer, 0, deflater.deflate(buffer));
        }
        deflater.end();
        return out.toByteArray();
    }

    /** Each snapshot in two pieces, each frame of its own. */
    private static List<Frame> inPieces(List<Frame> frames) {
        List<Frame> pieces = new ArrayList<>();
        for (Frame frame : frames) {
            if (frame instanceof Frame.CommitPack pack) {
                for (SnapshotDelta s : pack.snapshots()) {
                    Map<String, Sha256> half = new TreeMap<>(s.delta().set());
                    String first = half.keySet().iterator().next();
                    Sha256 id = half.remove(first);
                    pieces.add(new Frame.CommitPack(List.of(new SnapshotDelta(s.id(), s.base(),
                            new ManifestDelta(half, List.of()), "", Optional.empty(), true)), List.of()));
                    pieces.add(new Frame.CommitPack(List.of(new SnapshotDelta(s.id(), s.base(),
                            new ManifestDelta(new TreeMap<>(Map.of(first, id)), s.delta().del()), s.createdAt(),
                            Optional.empty(), false)), List.of()));
                }
                pieces.add(new Frame.CommitPack(List.of(), pack.commits()));
            } else {
                pieces.add(frame);
            }
        }
        return pieces;
    }

    /** Each snapshot with a key order. */
    private static List<Frame> ordered(List<Frame> frames) {
        Map<Sha256, Integer> sizes = new HashMap<>();
        return frames.stream().map(frame -> !(frame instanceof Frame.CommitPack pack) ? frame
                : new Frame.CommitPack(pack.snapshots().stream().map(s -> {
                    int size = s.base().map(sizes::get).orElse(0) + s.delta().set().size()
                            - (s.base().isPresent() ? 1 : 0);
                    sizes.put(s.id(), size);
                    int[] order = new int[size];
                    Arrays.setAll(order, i -> size - 1 - i);
                    return new SnapshotDelta(s.id(), s.base(), s.delta(), s.createdAt(), Optional.of(order), false);
                }).toList(), pack.commits())).toList();
    }

    /** A stream with every id right and every text odd: to be accepted, or refused with a reason. */
    public static byte[] odd(RandomGenerator random) {
        while (true) {
            try {
                return History.bytes(oddFrames(random));
            } catch (Problem | IllegalArgumentException e) {
                // Not even a client could write this one.
            }
        }
    }

    private static List<Frame> oddFrames(RandomGenerator random) {
        History history = new History();
        int commits = 1 + random.nextInt(3);
        for (int i = 0; i < commits; i++) {
            Map<String, String> files = new TreeMap<>();
            for (int f = random.nextInt(3); f >= 0; f--) {
                files.put(text(random), text(random));
            }
            List<Sha256> parents = history.commits().stream().map(Commit::id).skip(Math.max(0, i - 2)).toList();
            history.commit(text(random), parents, files, Set.of(), c -> odd(c, random));
        }
        Frame.Header h = History.header(random.nextInt(3) == 0 ? text(random) : "odd", Optional.of(history.head()), true,
                new Lease.None());
        return history.push(new Frame.Header(2, h.branch(), h.head(), true, h.expect(), random.nextInt(100),
                random.nextInt(100), random.nextInt(1000), text(random), text(random), text(random)),
                history.objects().keySet(), history.commits());
    }

    private static Commit odd(Commit c, RandomGenerator random) {
        String time = random.nextInt(4) == 0 ? text(random) : TIMES.get(random.nextInt(TIMES.size()));
        Map<String, String> metadata = random.nextBoolean() ? Map.of() : Map.of(text(random), text(random));
        Optional<Value> delta = random.nextBoolean() ? Optional.empty()
                : Optional.of(Value.dict().put(text(random), text(random)).build());
        return new Commit(dev.musehub.core.history.Ids.commit(c.parents(), c.snapshotId(), c.message(), time), text(random),
                text(random), c.snapshotId(), c.message(), time, c.parent1(), c.parent2(), text(random), metadata, delta,
                text(random), List.of(text(random)), text(random), text(random), text(random), text(random),
                random.nextBoolean() ? "" : random.nextBoolean() ? text(random) : "ed25519:" + "00".repeat(64),
                text(random), random.nextLong(), List.of(text(random)), random.nextLong());
    }

    private static final List<String> TIMES = List.of(History.TIME, "0001-01-01T00:00:00+18:00", "9999-12-31T23:59:59Z",
            "9999-12-31T23:59:59.999999999-18:00", "2024-02-29 00:00:00", "2023-02-29T00:00:00Z",
            "2024-01-01T00:00:00+00:00:01", "0001-01-01T00:00:00", "1970-01-01T00:00Z");

    private static final List<String> TEXTS = List.of("", "a", "a/b", "a/b/c", "A", "\0", "a\0b", "\n", "\u001b[31m",
            "\u202e", "\u00e9", "e\u0301", "\ud83d\ude00", "\uffff", "\ue000", " ", ".", "a.", "con", "a'b\"c\\d", "%s%n",
            "{", "null", "<script>", "x".repeat(300), "\u0000\u0001", "-", "--force", "$(id)", "\u2028", "\ufeff");

    private static String text(RandomGenerator random) {
        String text = TEXTS.get(random.nextInt(TEXTS.size()));
        return switch (random.nextInt(5)) {
            case 0 -> text + TEXTS.get(random.nextInt(TEXTS.size()));
            case 1 -> new String(Character.toChars(random.nextInt(0xd7ff)));
            default -> text;
        };
    }

}
