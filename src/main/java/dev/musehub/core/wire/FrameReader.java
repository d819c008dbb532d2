package dev.musehub.core.wire;

import dev.musehub.core.history.Commit;
import dev.musehub.core.history.CommitFields;
import dev.musehub.core.history.ManifestDelta;
import dev.musehub.core.io.ArrivingBytes;
import dev.musehub.core.model.BranchNames;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
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
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * Reads frames from a stream. Key {@code t} comes first in each map; unknown keys are passed over, unknown frames are
 * refused. Every length is checked against {@link Limits} before anything of that length is allocated.
 */
public final class FrameReader {

    /** Bytes of an O or L frame beside its data. */
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
            case "H" -> header(keys - 1);
            case "O" -> object(keys - 1);
            case "L" -> largePiece(keys - 1);
            case "C" -> whole(keys - 1, this::commitPack);
            case "E" -> whole(keys - 1, this::end);
            case "P" -> whole(keys - 1, this::progress);
            case "X" -> whole(keys - 1, this::failure);
            case "R" -> whole(keys - 1, this::result);
            default -> throw new Problem(Problem.Code.UNKNOWN_FRAME, "unknown frame type; this hub speaks H O L C E");
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

    /** The data of an O or L frame. With an arrival they take no memory before the supplier is asked for them. */
    private Supplier<byte[]> data(int limit) {
        int length = in.binaryHeader(limit);
        if (arrival.isEmpty()) {
            guard.object(length);
            byte[] data = in.payload(length);
            return () -> data;
        }
        guard.begins();
        ArrivingBytes bytes = arrival.get().again();
        in.payload(length, bytes);
        return () -> {
            guard.object(length);
            return bytes.whole();
        };
    }

    /** Reads {@code keys} entries of a map, handing each key to {@code field}, which must consume the value. */
    private void fields(int keys, Consumer<String> field) {
        for (int i = 0; i < keys; i++) {
            field.accept(in.text());
        }
    }

    private Header header(int keys) {
        in.beginFrame(HEADER);
        var f = new Object() {
            int version = 0;
            String branch = "";
            Optional<Sha256> head = Optional.empty();
            boolean force = false;
            Lease expect = new Lease.None();
            long objects = 0;
            long commits = 0;
            long bytes = 0;
            String agent = "";
            String repoId = "";
            String domain = "";
        };
        fields(keys, key -> {
            switch (key) {
                case "v" -> f.version = Math.clamp(in.integer(), 0, Integer.MAX_VALUE);
                case "branch" -> f.branch = in.text();
                case "head" -> f.head = optionalId("head");
                case "force" -> f.force = in.bool();
                case "expect" -> f.expect = optionalId("expect").<Lease>map(Lease.At::new).orElseGet(Lease.Unborn::new);
                case "objects" -> f.objects = count("objects");
                case "commits" -> f.commits = count("commits");
                case "bytes" -> f.bytes = count("bytes");
                case "agent" -> f.agent = in.text();
                case "repo_id" -> f.repoId = in.text();
                case "domain" -> f.domain = in.text();
                default -> in.skip();
            }
        });
        if (f.version != Frame.VERSION) {
            throw new Problem(Problem.Code.UNSUPPORTED_VERSION, "stream version " + f.version + "; this hub speaks "
                    + Frame.VERSION);
        }
        BranchNames.check(f.branch);
        if (f.objects > limits.objectsPerStream()) {
            throw Limits.exceeded("objects in one stream", f.objects, limits.objectsPerStream());
        }
        if (f.commits > limits.commitsPerPush()) {
            throw Limits.exceeded("commits in one stream", f.commits, limits.commitsPerPush());
        }
        return new Header(f.version, f.branch, f.head, f.force, f.expect, f.objects, f.commits, f.bytes, f.agent,
                f.repoId, f.domain);
    }

    private ObjectFrame object(int keys) {
        var f = new Object() {
            Optional<Sha256> id = Optional.empty();
            Encoding encoding = Encoding.RAW;
            Optional<Sha256> dict = Optional.empty();
            long size = -1;
            Supplier<byte[]> data;
        };
        fields(keys, key -> {
            switch (key) {
                case "id" -> f.id = Optional.of(id("id"));
                case "enc" -> f.encoding = encoding(in.text());
                case "dict" -> f.dict = optionalId("dict");
                case "size" -> f.size = count("size");
                case "data" -> {
                    // Room is reserved for each: one small frame could claim the whole budget.
                    if (f.data != null) {
                        throw malformed("an O frame has its data once");
                    }
                    f.data = data(limits.objectBytes());
                }
                default -> in.skip();
            }
        });
        if (f.id.isEmpty() || f.size < 0 || f.data == null) {
            throw malformed("an O frame needs id, size and data");
        }
        if (f.size > limits.objectBytes()) {
            throw Limits.exceeded("bytes of an object", f.size, limits.objectBytes());
        }
        if (f.dict.isPresent() && f.encoding != Encoding.ZSTD) {
            throw new Problem(Problem.Code.INVALID_ENCODING, "'dict' goes with enc 'zstd' only");
        }
        return new ObjectFrame(f.id.get(), f.encoding, f.dict, (int) f.size, f.data.get());
    }

    private LargePiece largePiece(int keys) {
        var f = new Object() {
            Optional<Sha256> id = Optional.empty();
            long size = -1;
            long offset = -1;
            Supplier<byte[]> data;
        };
        fields(keys, key -> {
            switch (key) {
                case "id" -> f.id = Optional.of(id("id"));
                case "size" -> f.size = count("size");
                case "offset" -> f.offset = count("offset");
                case "data" -> {
                    if (f.data != null) {
                        throw malformed("an L frame has its data once");
                    }
                    f.data = data(Limits.PIECE_BYTES);
                }
                default -> in.skip();
            }
        });
        if (f.id.isEmpty() || f.size < 0 || f.offset < 0 || f.data == null) {
            throw malformed("an L frame needs id, size, offset and data");
        }
        if (f.size > limits.largeObjectBytes()) {
            throw Limits.exceeded("bytes of an object", f.size, limits.largeObjectBytes());
        }
        return new LargePiece(f.id.get(), f.size, f.offset, f.data.get());
    }

    private static Encoding encoding(String text) {
        for (Encoding e : Encoding.values()) {
            if (e.text().equals(text)) {
                return e;
            }
        }
        throw new Problem(Problem.Code.INVALID_ENCODING, "enc must be raw, zlib or zstd");
    }

    private CommitPack commitPack(int keys) {
        List<SnapshotDelta> snapshots = new ArrayList<>();
        List<Commit> commits = new ArrayList<>();
        fields(keys, key -> {
            switch (key) {
                case "snapshots" -> {
                    for (int n = in.arrayHeader(); n > 0; n--) {
                        snapshots.add(snapshot());
                    }
                }
                case "commits" -> {
                    for (int n = in.arrayHeader(); n > 0; n--) {
                        commits.add(CommitFields.WIRE.parse(MsgPackValues.read(in, 0).asDict("commit")));
                    }
                }
                default -> in.skip();
            }
        });
        return new CommitPack(snapshots, commits);
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
        long[] counts = new long[2];
        fields(keys, key -> {
            switch (key) {
                case "objects" -> counts[0] = count("objects");
                case "commits" -> counts[1] = count("commits");
                default -> in.skip();
            }
        });
        return new End(counts[0], counts[1]);
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
                d.get("longest_hold_ms").map(FrameReader::real).orElse(0.0), d.texts("warnings"));
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

    private Sha256 id(String what) {
        return Sha256.require(in.text(), what);
    }

    private Optional<Sha256> optionalId(String what) {
        return in.tryNil() ? Optional.empty() : Optional.of(id(what));
    }

    private long count(String what) {
        long n = in.integer();
        if (n < 0) {
            throw malformed("'" + what + "' must not be negative");
        }
        return n;
    }

    private static Problem malformed(String why) {
        return new Problem(Problem.Code.MALFORMED_STREAM, why);
    }
}
