package dev.musehub.testing.fuzz;

import dev.musehub.core.model.Value;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.MsgPackValues;
import dev.musehub.testing.History;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * Turns valid streams into invalid ones, at one to three places: whole frames, fields, msgpack headers, bytes. The same
 * seed gives the same stream. Not safe for several threads.
 */
public final class Mutator {

    private static final List<String> TEXTS = List.of("", "x", "../../escape", "/etc/passwd", ".muse/HEAD", ".MUSE/x",
            "a/../b", "a//b", "a/./b", "a\0b", "\r\n\r\n", "main", "refs/heads/main", "..", "raw", "zlib", "zstd",
            "sha256:", "sha256:" + "0".repeat(64), "sha256:" + "F".repeat(64), "f".repeat(64), "\ud83d\ude00", "\uffff",
            "a".repeat(5000), "2026-03-16T12:00:00+00:00", "0000-00-00", "9999-12-31T23:59:59+18:00",
            "-292277022657-01-27T08:29:52Z", "{}", "H", "O", "C", "E", "P", "R", "X", "t", "more", "data");

    private static final long[] NUMBERS = {0, 1, -1, 2, 63, 64, 65, 127, 128, 255, 256, 65_535, 65_536, 100_001,
        38_000_000, 38_000_001, Integer.MAX_VALUE, Integer.MIN_VALUE, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE};

    private final List<byte[]> streams;
    private final List<List<Tree>> frames;
    private final List<Tree> ids = new ArrayList<>();
    private final RandomGenerator random;

    /** A mutator of {@code valid} streams, which it takes in turn. */
    public Mutator(List<? extends List<? extends Frame>> valid, long seed) {
        this.random = new Random(seed);
        this.streams = valid.stream().map(History::bytes).toList();
        this.frames = streams.stream().map(Tree::parse).toList();
        frames.forEach(stream -> stream.forEach(this::gatherIds));
    }

    private void gatherIds(Tree tree) {
        switch (tree) {
            case Tree.Text t when t.utf8().length == 71 && t.string().startsWith("sha256:") -> ids.add(t);
            case Tree.Dict d -> d.flat().forEach(this::gatherIds);
            case Tree.Seq s -> s.items().forEach(this::gatherIds);
            default -> { }
        }
    }

    /** The next stream. */
    public byte[] next() {
        int which = random.nextInt(streams.size());
        return mutated(streams.get(which), frames.get(which));
    }

    private byte[] mutated(byte[] valid, List<Tree> parsed) {
        int level = random.nextInt(10);
        if (level == 0) {
            return bytes(valid);
        }
        List<Tree> mutated = new ArrayList<>(parsed);
        int places = 1 + random.nextInt(3) / 2 + random.nextInt(5) / 4;
        for (int i = 0; i < places; i++) {
            if (level <= 3) {
                frames(mutated);
            } else if (!mutated.isEmpty()) {
                int at = one(mutated);
                mutated.set(at, within(mutated.get(at)));
            }
        }
        if (random.nextInt(4) > 0) {
            recount(mutated);
        }
        byte[] stream = Tree.bytes(mutated);
        return random.nextInt(20) == 0 ? bytes(stream) : stream;
    }

    /** A given stream or body with something changed. */
    byte[] mutated(byte[] valid) {
        return mutated(valid, Tree.parse(valid));
    }

    /** A small body with one thing changed. */
    byte[] mutated(Value.Dict body) {
        return Tree.bytes(List.of(within(Tree.parse(MsgPackValues.encode(body)).getFirst())));
    }

    /** The place of a frame; every other time one with commits, of which there are few. */
    private int one(List<Tree> stream) {
        List<Integer> packs = new ArrayList<>();
        boolean wanted = random.nextBoolean();
        for (int i = 0; i < stream.size(); i++) {
            if (wanted && type(stream.get(i)).equals("C")) {
                packs.add(i);
            }
        }
        return packs.isEmpty() ? random.nextInt(stream.size()) : packs.get(random.nextInt(packs.size()));
    }

    private static String type(Tree frame) {
        return frame instanceof Tree.Dict d && d.flat().size() > 1 && d.flat().get(1) instanceof Tree.Text t
                ? t.string() : "";
    }

    /** Lets E count what really comes, so that what was changed is looked at more closely. */
    private static void recount(List<Tree> stream) {
        int objects = 0;
        int commits = 0;
        for (Tree frame : stream) {
            objects += type(frame).equals("O") ? 1 : 0;
            if (type(frame).equals("C")) {
                List<Tree> flat = ((Tree.Dict) frame).flat();
                for (int i = 0; i + 1 < flat.size(); i += 2) {
                    commits += flat.get(i) instanceof Tree.Text t && t.string().equals("commits")
                            && flat.get(i + 1) instanceof Tree.Seq s ? s.items().size() : 0;
                }
            }
        }
        if (!stream.isEmpty() && type(stream.getLast()).equals("E")) {
            stream.set(stream.size() - 1, new Tree.Dict(List.of(Tree.Text.of("t"), Tree.Text.of("E"),
                    Tree.Text.of("objects"), integer(objects), Tree.Text.of("commits"), integer(commits))));
        }
    }

    private static Tree integer(long n) {
        return new Tree.Raw(ByteBuffer.allocate(9).put((byte) 0xd3).putLong(n).array());
    }

    /** Changes the order, number and origin of whole frames. */
    private void frames(List<Tree> stream) {
        int n = stream.size();
        switch (n == 0 ? 0 : random.nextInt(8)) {
            case 0 -> stream.add(random.nextInt(n + 1), foreign());
            case 1 -> stream.remove(random.nextInt(n));
            case 2 -> stream.add(random.nextInt(n + 1), stream.get(random.nextInt(n)));
            case 3 -> Collections.swap(stream, random.nextInt(n), random.nextInt(n));
            case 4 -> stream.subList(random.nextInt(n), n).clear();
            case 5 -> stream.set(random.nextInt(n), foreign());
            case 6 -> stream.add(random.nextInt(n + 1), odd());
            default -> {
                List<Tree> other = frames.get(random.nextInt(frames.size()));
                stream.addAll(random.nextInt(n + 1), other.subList(0, random.nextInt(other.size() + 1)));
            }
        }
    }

    private Tree foreign() {
        List<Tree> other = frames.get(random.nextInt(frames.size()));
        return other.get(random.nextInt(other.size()));
    }

    /** A frame of the other direction, of no type, or no frame. */
    private Tree odd() {
        List<Tree> flat = new ArrayList<>(List.of(Tree.Text.of("t"),
                Tree.Text.of(List.of("P", "X", "R", "Z", "", "HH").get(random.nextInt(6)))));
        if (random.nextBoolean()) {
            flat.addAll(List.of(Tree.Text.of("code"), value(), Tree.Text.of("timing"), value()));
        }
        return random.nextInt(3) == 0 ? value() : new Tree.Dict(flat);
    }

    /** {@code tree} with one thing changed somewhere inside. */
    private Tree within(Tree tree) {
        switch (tree) {
            case Tree.Dict d when !d.flat().isEmpty() && random.nextInt(5) > 0 -> {
                List<Tree> flat = new ArrayList<>(d.flat());
                // Mostly a value: unknown keys are only passed over.
                int at = random.nextInt(8) == 0 ? random.nextInt(flat.size()) : random.nextInt(flat.size() / 2) * 2 + 1;
                flat.set(at, within(flat.get(at)));
                return new Tree.Dict(flat);
            }
            case Tree.Seq s when !s.items().isEmpty() && random.nextInt(5) > 0 -> {
                List<Tree> items = new ArrayList<>(s.items());
                int at = random.nextInt(items.size());
                items.set(at, within(items.get(at)));
                return new Tree.Seq(items);
            }
            default -> {
                return here(tree);
            }
        }
    }

    private Tree here(Tree tree) {
        if (random.nextInt(4) == 0) {
            return value();
        }
        if (random.nextInt(6) == 0) {
            return new Tree.Forged(header(), tree);
        }
        return switch (tree) {
            case Tree.Dict d -> new Tree.Dict(entries(d.flat()));
            case Tree.Seq s -> new Tree.Seq(items(s.items()));
            case Tree.Text t -> t.utf8().length == 71 && random.nextInt(3) > 0
                    ? ids.get(random.nextInt(ids.size())) : new Tree.Text(bytes(t.utf8()));
            case Tree.Bin b -> new Tree.Bin(bytes(b.bytes()));
            case Tree.Raw _, Tree.Forged _ -> number();
        };
    }

    private List<Tree> entries(List<Tree> flat) {
        List<Tree> changed = new ArrayList<>(flat);
        int entry = flat.isEmpty() ? 0 : random.nextInt(flat.size() / 2) * 2;
        switch (flat.isEmpty() ? 0 : random.nextInt(6)) {
            case 0 -> changed.addAll(List.of(text(), value()));
            case 1 -> changed.subList(entry, entry + 2).clear();
            case 2 -> changed.addAll(flat.subList(entry, entry + 2));
            case 3 -> changed.set(entry, text());
            case 4 -> Collections.swap(changed, entry + 1, random.nextInt(flat.size() / 2) * 2 + 1);
            default -> Collections.rotate(changed, 2 * random.nextInt(flat.size()));
        }
        return changed;
    }

    private List<Tree> items(List<Tree> items) {
        List<Tree> changed = new ArrayList<>(items);
        switch (items.isEmpty() ? 0 : random.nextInt(5)) {
            case 0 -> changed.add(random.nextInt(items.size() + 1), value());
            case 1 -> changed.remove(random.nextInt(items.size()));
            case 2 -> changed.add(items.get(random.nextInt(items.size())));
            case 3 -> Collections.swap(changed, random.nextInt(items.size()), random.nextInt(items.size()));
            default -> changed.subList(random.nextInt(items.size()), items.size()).clear();
        }
        return changed;
    }

    private Tree value() {
        return switch (random.nextInt(10)) {
            case 0 -> new Tree.Raw(new byte[] {(byte) (0xc0 + random.nextInt(4))});
            case 1, 2 -> number();
            case 3, 4 -> text();
            case 5 -> new Tree.Bin(noise(random.nextInt(40)));
            case 6 -> new Tree.Dict(new ArrayList<>());
            case 7 -> new Tree.Seq(new ArrayList<>(List.of(text(), number())));
            case 8 -> nested(random.nextInt(300));
            default -> new Tree.Raw(noise(1 + random.nextInt(6)));
        };
    }

    private static Tree nested(int depth) {
        Tree tree = new Tree.Seq(List.of());
        for (int i = 0; i < depth; i++) {
            tree = i % 2 == 0 ? new Tree.Seq(List.of(tree)) : new Tree.Dict(List.of(Tree.Text.of("k"), tree));
        }
        return tree;
    }

    private Tree number() {
        long n = NUMBERS[random.nextInt(NUMBERS.length)] + (random.nextInt(4) == 0 ? random.nextInt(5) - 2 : 0);
        byte format = (byte) (random.nextInt(8) == 0 ? 0xcf : random.nextInt(8) == 0 ? 0xcb : 0xd3);
        return new Tree.Raw(ByteBuffer.allocate(9).put(format).putLong(n).array());
    }

    private Tree text() {
        return random.nextInt(4) == 0 ? ids.get(random.nextInt(ids.size()))
                : random.nextInt(6) == 0 ? new Tree.Text(noise(random.nextInt(30)))
                : Tree.Text.of(TEXTS.get(random.nextInt(TEXTS.size())));
    }

    /** A header of any kind that announces any length, up to four thousand million. */
    private byte[] header() {
        int[] wide = {0xdb, 0xdd, 0xdf, 0xc6, 0xc9};
        int[] narrow = {0xda, 0xdc, 0xde, 0xc5, 0xc8};
        if (random.nextInt(3) == 0) {
            return ByteBuffer.allocate(3).put((byte) narrow[random.nextInt(narrow.length)])
                    .putShort((short) random.nextInt()).array();
        }
        int[] lengths = {-1, Integer.MAX_VALUE, Integer.MIN_VALUE, 1 << 24, (1 << 24) - 100, 38_000_000, 1_000_000, 65_536,
            100, 3, 0};
        return ByteBuffer.allocate(5).put((byte) wide[random.nextInt(wide.length)])
                .putInt(lengths[random.nextInt(lengths.length)]).array();
    }

    /** {@code bytes} with bits, ends and pieces changed. */
    byte[] bytes(byte[] bytes) {
        if (bytes.length == 0) {
            return noise(random.nextInt(5));
        }
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(6)) {
            case 0 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 1 -> {
                byte[] flipped = bytes.clone();
                flipped[at] ^= (byte) (1 << random.nextInt(8));
                return flipped;
            }
            case 2 -> {
                byte[] set = bytes.clone();
                set[at] = (byte) random.nextInt();
                return set;
            }
            case 3 -> {
                return joined(Arrays.copyOf(bytes, at), noise(1 + random.nextInt(9)),
                        Arrays.copyOfRange(bytes, at, bytes.length));
            }
            case 4 -> {
                int to = Math.min(bytes.length, at + 1 + random.nextInt(9));
                return joined(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, to, bytes.length));
            }
            default -> {
                int from = random.nextInt(bytes.length);
                return joined(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, from, bytes.length));
            }
        }
    }

    private byte[] noise(int length) {
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        return noise;
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(all::writeBytes);
        return all.toByteArray();
    }

    /** Readable in a failure message. */
    static String readable(byte[] stream) {
        String text = new String(stream, 0, Math.min(stream.length, 300), StandardCharsets.ISO_8859_1);
        return text.chars().mapToObj(c -> c >= 32 && c < 127 ? String.valueOf((char) c) : String.format("\\x%02x", c))
                .reduce("", String::concat);
    }
}
