package dev.musehub.bench;

import dev.musehub.core.history.Commit;
import dev.musehub.core.history.ManifestDelta;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.FrameReader;
import dev.musehub.core.wire.FrameWriter;
import dev.musehub.core.wire.Lease;
import dev.musehub.core.wire.Limits;
import dev.musehub.testing.History;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Each frame written and read. Guards the decision for msgpack read field by field with a budget: should reading a
 * frame cost a multiple of the bytes it allocates for its content, a hand-written decoder would be worth its lines.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CodecBench {

    /** {@code O}: 27 KB, M41's average; {@code C}: 100 commits with snapshots of 9 changes. */
    @Param({"H", "O", "L", "C", "E", "P", "X", "R"})
    public String frame;

    private Frame sample;
    private byte[] encoded;

    @Setup
    public void make() throws IOException {
        Sha256 id = Samples.id("a");
        byte[] data = Samples.text(27_000, 2);
        sample = switch (frame) {
            case "H" -> History.header("main", Optional.of(id), false, new Lease.At(id));
            case "O" -> new Frame.ObjectFrame(id, Frame.Encoding.RAW, data.length, data);
            case "L" -> new Frame.LargePiece(id, 1L << 30, 0, data);
            case "C" -> pack();
            case "E" -> new Frame.End(8791, 988);
            case "P" -> new Frame.Progress("receive", 100, 8791, 1234);
            case "X" -> new Frame.Failure("conflict", "try again", true, Value.dict().put("limit", 3).build());
            default -> new Frame.Result("main", Optional.of(id), Optional.of(id), Map.of("main", id), 8791, 0, 988, 988,
                    Map.of("receive", 1.5, "commits", 2.5), 3.5, List.of(), Optional.empty(), false);
        };
        encoded = write();
    }

    private static Frame pack() {
        List<Frame.SnapshotDelta> snapshots = new ArrayList<>();
        List<Commit> commits = new ArrayList<>();
        Optional<Sha256> base = Optional.empty();
        for (int i = 0; i < 100; i++) {
            Map<String, Sha256> set = new TreeMap<>();
            for (int f = 0; f < 9; f++) {
                set.put("src/main/package" + f + "/File" + i + ".java", Samples.id(i + "/" + f));
            }
            Sha256 snapshot = Samples.id("snapshot" + i);
            snapshots.add(new Frame.SnapshotDelta(snapshot, base, ManifestDelta.checked(set, List.of()), History.TIME,
                    Optional.empty(), false));
            base = Optional.of(snapshot);
            commits.add(History.commit("commit " + i, List.of(), snapshot));
        }
        return new Frame.CommitPack(snapshots, commits);
    }

    private byte[] write() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(1 << 16);
        FrameWriter writer = new FrameWriter(out);
        writer.write(sample);
        writer.flush();
        return out.toByteArray();
    }

    @Benchmark
    public byte[] encode() throws IOException {
        return write();
    }

    @Benchmark
    public Frame decode() {
        return new FrameReader(new ByteArrayInputStream(encoded), Limits.DEFAULT).next().orElseThrow();
    }
}
