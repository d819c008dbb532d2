package dev.musehub.core.wire;

import dev.musehub.core.history.Commit;
import dev.musehub.core.history.CommitFields;
import dev.musehub.core.history.ManifestDelta;
import dev.musehub.core.io.ArrivingBytes;
import dev.musehub.core.io.Zstd;
import dev.musehub.core.model.BranchNames;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.wire.Frame.BatchFrame;
import dev.musehub.core.wire.Frame.CommitPack;
import dev.musehub.core.wire.Frame.Encoding;
import dev.musehub.core.wire.Frame.End;
import dev.musehub.core.wire.Frame.Failure;
import dev.musehub.core.wire.Frame.Header;
import dev.musehub.core.wire.Frame.LargePiece;
import dev.musehub.core.wire.Frame.ObjectFrame;
import dev.musehub.core.wire.Frame.Progress;
import dev.musehub.core.wire.Frame.Result;
import dev.musehub.core.wire.Frame.SnapshotDelta;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * Reads frames from a stream. Key {@code t} comes first in each map; unknown keys are passed over, unknown frames are
 * refused. Every length is checked against {@link Limits} before anything of that length is allocated.
 */
public final class FrameReader {

    /** Bytes of a B, O or L frame beside its data. */
    private static final int ENVELOPE = 4096;

    /** Bytes of an H frame: it is read before anything is known of what it asks for. */
    private static final int HEADER = 64 << 10;

    private final Limits limits;
    /** Where a frame waits until all of it has come; absent on a side that reads one stream. */
    private final Optional<ArrivingBytes> arrival;
    private Unpacker in;
    /** Who decides about memory for the frame being read. */
    private AllocationGuard guard = UNGUARDED;

    private static final AllocationGuard UNGUARDED = _ -> { };

    /** Decides about memory before it is taken: each method may wait, or throw to refuse. */
    public interface AllocationGuard {

        /** The data of an object are about to be read. */
        void object(int bytes);

        /** A frame that is no header begins. */
        default void begins() { }

        /** What has been read of the current frame takes about so much. */
        default void frame(long bytes) {
            // The limits are enough for a side that reads one stream.
        }
    }

    /** A reader of the frames in {@code in}. */
    public FrameReader(InputStream in, Limits limits) {
        this(in, limits, Optional.empty());
    }

    /** The same. What takes memory waits in {@code arrival} until its frame is whole: a client may be slow. */
    public FrameReader(InputStream in, Limits limits, Optional<ArrivingBytes> arrival) {
        this.in = Unpacker.of(in, bytes -> guard.frame(bytes));
        this.limits = limits;
        this.arrival = arrival;
    }

    /** Bytes read so far. */
    public long position() {
        return in.position();
    }

    /**
     * The next frame; empty at a clean end of the stream.
     *
     * @throws Problem for anything that is no frame, is too large, or breaks off
     */
    public Optional<Frame> next() {
        return next(UNGUARDED);
    }

    /** The next frame, as {@link #next()}; {@code allocations} decides about the memory it takes. */
    public Optional<Frame> next(AllocationGuard allocations) {
        guard = allocations;
        in.beginFrame(ENVELOPE);
        if (!in.hasNext()) {
            return Optional.empty();
        }
        int keys = in.mapHeader();
        if (keys == 0 || !in.text().equals("t")) {
            throw malformed("a frame is a map whose first key is 't'");
        }
        String type = in.text();
        return Optional.of(switch (type) {
            case "H" -> ofItsTypes(() -> header(keys - 1));
            case "B" -> batch(keys - 1);
            case "O" -> object(keys - 1);
            case "L" -> largePiece(keys - 1);
            case "C" -> whole(keys - 1, n -> commitPack(n, true));
            case "E" -> ofItsTypes(() -> whole(keys - 1, this::end));
            case "P" -> whole(keys - 1, this::progress);
            case "X" -> whole(keys - 1, this::failure);
            case "R" -> whole(keys - 1, this::result);
            default -> throw new Problem(Problem.Code.UNKNOWN_FRAME, "unknown frame type; this hub speaks H B O L C E");
        });
    }

    /** Reads a frame of {@code keys} keys; with an arrival not before all of it has come, and then from memory. */
    private <T> T whole(int keys, IntFunction<T> frame) {
        in.beginFrame(limits.frameBytes());
        if (arrival.isEmpty()) {
            return frame.apply(keys);
        }
        guard.begins();
        ArrivingBytes bytes = arrival.get().again();
        in.copy(2 * keys, bytes);
        guard.frame(bytes.length());
        Unpacker stream = in;
        in = Unpacker.of(bytes.whole(), heap -> guard.frame(bytes.length() + heap));
        in.beginFrame(limits.frameBytes());
        try {
            return frame.apply(keys);
        } finally {
            in = stream;
        }
    }

    /** The data of a B, O or L frame. */
    private interface FrameData {
        /** Takes memory for them, together with {@code more} bytes for what they will be unpacked to. */
        byte[] with(int more);
    }

    /** With an arrival the data take no memory before all of the frame is here. A frame has them once. */
    private FrameData data(Optional<FrameData> before, int limit) {
        if (before.isPresent()) {
            throw malformed("a frame has its data once");
        }
        int length = in.binaryHeader(limit);
        if (arrival.isEmpty()) {
            guard.object(length);
            byte[] data = in.payload(length);
            return more -> {
                if (more > 0) {
                    guard.object(more);
                }
                return data;
            };
        }
        guard.begins();
        ArrivingBytes bytes = arrival.get().again();
        in.payload(length, bytes);
        return more -> {
            guard.object(length + more);
            return bytes.whole();
        };
    }

    /** Reads {@code keys} entries of a map, handing each key to {@code field}, which must consume the value. */
    private void fields(int keys, Consumer<String> field) {
        for (int i = 0; i < keys; i++) {
            field.accept(in.text());
        }
    }

    /** A value of a wrong type is a fault of the frame, not of a request. */
    private static Frame ofItsTypes(Supplier<Frame> frame) {
        try {
            return frame.get();
        } catch (Problem e) {
            throw e.code() == Problem.Code.BAD_REQUEST ? malformed(e.getMessage()) : e;
        }
    }

    private Header header(int keys) {
        in.beginFrame(HEADER);
        Value.Dict d = known(keys, Set.of("v", "branch", "head", "force", "expect", "objects", "commits", "bytes",
                "agent", "repo_id", "domain"));
        long version = d.integer("v", 0);
        if (version != Frame.VERSION) {
            throw new Problem(Problem.Code.UNSUPPORTED_VERSION, "stream version " + version + "; this hub speaks "
                    + Frame.VERSION);
        }
        String branch = d.text("branch", "");
        BranchNames.check(branch);
        Lease expect = !d.entries().containsKey("expect") ? new Lease.None()
                : d.get("expect").<Lease>map(id -> new Lease.At(id.asId("expect"))).orElseGet(Lease.Unborn::new);
        return new Header((int) version, branch, d.get("head").map(id -> id.asId("head")), d.bool("force", false),
                expect, announced(d, "objects", limits.objectsPerStream()),
                announced(d, "commits", limits.commitsPerPush()), announced(d, "bytes", Long.MAX_VALUE),
                d.text("agent", ""), d.text("repo_id", ""), d.text("domain", ""));
    }

    private static long announced(Value.Dict d, String key, long most) {
        long n = notNegative(d.integer(key, 0), key);
        if (n > most) {
            throw Limits.exceeded(key + " in one stream", n, most);
        }
        return n;
    }

    private BatchFrame batch(int keys) {
        var f = new Object() {
            List<Sha256> ids = List.of();
            int[] sizes = {};
            List<Sha256> prefix = List.of();
            Optional<FrameData> data = Optional.empty();
        };
        fields(keys, key -> {
            switch (key) {
                case "ids" -> f.ids = ids();
                case "sizes" -> f.sizes = sizes();
                case "prefix" -> f.prefix = in.tryNil() ? List.of() : ids();
                case "data" -> f.data = Optional.of(data(f.data, limits.objectBytes()));
                default -> in.skip();
            }
        });
        if (f.ids.isEmpty() || f.ids.size() != f.sizes.length || f.data.isEmpty()) {
            throw malformed("a B frame needs ids, as many sizes, and data");
        }
        long bytes = Arrays.stream(f.sizes).asLongStream().sum();
        int most = f.sizes.length == 1 ? limits.objectBytes() : limits.batchBytes();
        if (bytes > most) {
            throw Limits.exceeded("bytes of the objects in a batch", bytes, most);
        }
        // Once as they come out of the frame, once as single objects.
        return new BatchFrame(f.ids, f.sizes, f.prefix, f.data.get().with(2 * (int) bytes));
    }

    /** Up to 64 ids, each as its 32 bytes. */
    private List<Sha256> ids() {
        byte[] bytes = in.payload(in.binaryHeader(Limits.BATCH_OBJECTS * Sha256.BYTES));
        if (bytes.length % Sha256.BYTES != 0) {
            throw malformed("ids have " + Sha256.BYTES + " bytes each");
        }
        List<Sha256> ids = new ArrayList<>();
        for (int at = 0; at < bytes.length; at += Sha256.BYTES) {
            ids.add(Sha256.ofBytes(Arrays.copyOfRange(bytes, at, at + Sha256.BYTES)));
        }
        return ids;
    }

    private int[] sizes() {
        int n = in.arrayHeader();
        if (n > Limits.BATCH_OBJECTS) {
            throw Limits.exceeded("objects in a batch", n, Limits.BATCH_OBJECTS);
        }
        int[] sizes = new int[n];
        for (int i = 0; i < n; i++) {
            sizes[i] = (int) size(limits.objectBytes());
        }
        return sizes;
    }

    private long size(long most) {
        long size = count("size");
        if (size > most) {
            throw Limits.exceeded("bytes of an object", size, most);
        }
        return size;
    }

    private ObjectFrame object(int keys) {
        var f = new Object() {
            Optional<Sha256> id = Optional.empty();
            Encoding encoding = Encoding.RAW;
            long size = -1;
            Optional<FrameData> data = Optional.empty();
        };
        fields(keys, key -> {
            switch (key) {
                case "id" -> f.id = Optional.of(id("id"));
                case "enc" -> f.encoding = encoding(in.text());
                case "size" -> f.size = size(limits.objectBytes());
                case "data" -> f.data = Optional.of(data(f.data, limits.objectBytes()));
                default -> in.skip();
            }
        });
        if (f.id.isEmpty() || f.size < 0 || f.data.isEmpty()) {
            throw malformed("an O frame needs id, size and data");
        }
        int unpacked = f.encoding == Encoding.RAW ? 0 : (int) f.size;
        return new ObjectFrame(f.id.get(), f.encoding, (int) f.size, f.data.get().with(unpacked));
    }

    private LargePiece largePiece(int keys) {
        var f = new Object() {
            Optional<Sha256> id = Optional.empty();
            long size = -1;
            long offset = -1;
            Optional<FrameData> data = Optional.empty();
        };
        fields(keys, key -> {
            switch (key) {
                case "id" -> f.id = Optional.of(id("id"));
                case "size" -> f.size = size(limits.largeObjectBytes());
                case "offset" -> f.offset = count("offset");
                case "data" -> f.data = Optional.of(data(f.data, Limits.PIECE_BYTES));
                default -> in.skip();
            }
        });
        if (f.id.isEmpty() || f.size < 0 || f.offset < 0 || f.data.isEmpty()) {
            throw malformed("an L frame needs id, size, offset and data");
        }
        return new LargePiece(f.id.get(), f.size, f.offset, f.data.get().with(0));
    }

    private static Encoding encoding(String text) {
        for (Encoding e : Encoding.values()) {
            if (e.text().equals(text)) {
                return e;
            }
        }
        throw new Problem(Problem.Code.INVALID_ENCODING, "enc must be raw, zlib or zstd");
    }

    private CommitPack commitPack(int keys, boolean mayBePacked) {
        var f = new Object() {
            List<SnapshotDelta> snapshots = List.of();
            List<Commit> commits = List.of();
            long size = 0;
            Optional<byte[]> packed = Optional.empty();
        };
        fields(keys, key -> {
            switch (key) {
                case "snapshots" -> f.snapshots = array(this::snapshot);
                case "commits" -> f.commits = array(
                        () -> CommitFields.WIRE.parse(MsgPackValues.read(in, 0).asDict("commit")));
                case "size" -> f.size = count("size");
                case "packed" -> {
                    if (!mayBePacked || f.packed.isPresent()) {
                        throw malformed("a C frame is packed once");
                    }
                    f.packed = Optional.of(in.payload(in.binaryHeader(limits.frameBytes())));
                }
                default -> in.skip();
            }
        });
        return f.packed.isPresent() ? unpacked(f.packed.get(), f.size) : new CommitPack(f.snapshots, f.commits);
    }

    private <T> List<T> array(Supplier<T> item) {
        List<T> items = new ArrayList<>();
        for (int n = in.arrayHeader(); n > 0; n--) {
            items.add(item.get());
        }
        return items;
    }

    /** A C frame whose fields are packed: they are read as those of a frame of that size. */
    private CommitPack unpacked(byte[] packed, long size) {
        if (size > limits.frameBytes()) {
            throw Limits.exceeded("bytes of a C frame", size, limits.frameBytes());
        }
        long held = 2L * packed.length + size;
        guard.frame(held);
        Unpacker outer = in;
        try (Zstd zstd = new Zstd()) {
            in = Unpacker.of(zstd.decompress(packed, Zstd.noPrefix(), (int) size), heap -> guard.frame(held + heap));
            in.beginFrame(limits.frameBytes());
            CommitPack pack = commitPack(in.mapHeader(), false);
            in.requireEnd();
            return pack;
        } finally {
            in = outer;
        }
    }

    private SnapshotDelta snapshot() {
        var f = new Object() {
            Optional<Sha256> id = Optional.empty();
            Optional<Sha256> base = Optional.empty();
            Map<String, Sha256> set = new HashMap<>();
            List<String> del = new ArrayList<>();
            String createdAt = "";
            Optional<int[]> order = Optional.empty();
            boolean more = false;
        };
        fields(in.mapHeader(), key -> {
            switch (key) {
                case "id" -> f.id = Optional.of(id("id"));
                case "base" -> f.base = optionalId("base");
                case "set" -> readSet(f.set);
                case "del" -> {
                    for (int n = in.arrayHeader(); n > 0; n--) {
                        f.del.add(in.text());
                    }
                }
                case "created_at" -> f.createdAt = in.text();
                case "order" -> f.order = in.tryNil() ? Optional.empty() : Optional.of(positions());
                case "more" -> f.more = in.bool();
                default -> in.skip();
            }
        });
        Sha256 id = f.id.orElseThrow(() -> malformed("a snapshot needs an id"));
        return new SnapshotDelta(id, f.base, ManifestDelta.checked(f.set, f.del), f.createdAt, f.order, f.more);
    }

    private void readSet(Map<String, Sha256> set) {
        int n = in.mapHeader();
        if (n > limits.manifestEntries()) {
            throw Limits.exceeded("manifest entries", n, limits.manifestEntries());
        }
        for (int i = 0; i < n; i++) {
            String path = in.text();
            if (set.put(path, id("object id of a path")) != null) {
                throw new Problem(Problem.Code.INVALID_SNAPSHOT, "path '" + path + "' is set twice");
            }
        }
    }

    private int[] positions() {
        int n = in.arrayHeader();
        if (n > limits.manifestEntries()) {
            throw Limits.exceeded("manifest entries", n, limits.manifestEntries());
        }
        // Grows with what has come, as announced lengths allocate nothing.
        int[] order = new int[Math.min(n, 1024)];
        for (int i = 0; i < n; i++) {
            if (i == order.length) {
                order = Arrays.copyOf(order, Math.min(n, 2 * i));
            }
            order[i] = Math.clamp(in.integer(), -1, Integer.MAX_VALUE);
        }
        return order;
    }

    private End end(int keys) {
        Value.Dict d = known(keys, Set.of("objects", "commits"));
        return new End(notNegative(d.integer("objects", 0), "objects"),
                notNegative(d.integer("commits", 0), "commits"));
    }

    private Progress progress(int keys) {
        Value.Dict d = rest(keys);
        return new Progress(d.text("phase", ""), d.integer("done", 0), d.integer("total", 0), d.integer("ms", 0));
    }

    private Failure failure(int keys) {
        Value.Dict d = rest(keys);
        return new Failure(d.text("code", ""), d.text("message", ""), d.bool("retryable", false), d.dict("details"));
    }

    private Result result(int keys) {
        Value.Dict d = rest(keys);
        Map<String, Sha256> heads = new LinkedHashMap<>();
        d.dict("branch_heads").entries().forEach((name, id) -> heads.put(name, id.asId("branch head")));
        Map<String, Double> timing = new LinkedHashMap<>();
        d.dict("timing").entries().forEach((phase, ms) -> timing.put(phase, real(ms)));
        return new Result(d.text("branch", ""), d.get("old").map(v -> v.asId("old")),
                d.get("head").map(v -> v.asId("head")), heads, d.integer("stored", 0), d.integer("skipped", 0),
                d.integer("commits", 0), d.integer("snapshots", 0), timing,
                d.get("longest_hold_ms").map(FrameReader::real).orElse(0.0), d.texts("warnings"),
                d.get("labels").map(v -> v.asId("labels")), d.bool("lost", false));
    }

    private static double real(Value v) {
        return switch (v) {
            case Value.Real r -> r.value();
            case Value.Int i -> i.value();
            default -> throw malformed("a number of milliseconds");
        };
    }

    /** The remaining entries as a free-form map; for the small frames of the hub. */
    private Value.Dict rest(int keys) {
        Map<String, Value> entries = new LinkedHashMap<>();
        fields(keys, key -> entries.put(key, MsgPackValues.read(in, 0)));
        return new Value.Dict(entries);
    }

    /** Those of the remaining entries that have one of {@code names}. */
    private Value.Dict known(int keys, Set<String> names) {
        Map<String, Value> entries = new LinkedHashMap<>();
        fields(keys, key -> {
            if (names.contains(key)) {
                entries.put(key, MsgPackValues.read(in, 0));
            } else {
                in.skip();
            }
        });
        return new Value.Dict(entries);
    }

    private Sha256 id(String what) {
        return Sha256.require(in.text(), what);
    }

    private Optional<Sha256> optionalId(String what) {
        return in.tryNil() ? Optional.empty() : Optional.of(id(what));
    }

    private long count(String what) {
        return notNegative(in.integer(), what);
    }

    private static long notNegative(long n, String what) {
        if (n < 0) {
            throw malformed("'" + what + "' must not be negative");
        }
        return n;
    }

    private static Problem malformed(String why) {
        return new Problem(Problem.Code.MALFORMED_STREAM, why);
    }
}
