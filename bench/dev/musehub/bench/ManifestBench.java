package dev.musehub.bench;

import dev.musehub.core.history.Ids;
import dev.musehub.core.history.Manifest;
import dev.musehub.core.history.ManifestDelta;
import dev.musehub.core.model.Sha256;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * 1,000 snapshots of 850 entries, nine changes each: M41's shape. Guards the manifest as two sorted arrays: a tree map
 * would have to rebuild and hash them faster to be worth its memory.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class ManifestBench {

    private static final int SNAPSHOTS = 1000;

    private Manifest first;
    private List<ManifestDelta> deltas;
    private List<Manifest> manifests;

    @Setup
    public void make() {
        first = Samples.manifest(850);
        deltas = new ArrayList<>();
        manifests = new ArrayList<>(List.of(first));
        for (int i = 0; i < SNAPSHOTS; i++) {
            Map<String, Sha256> set = new TreeMap<>();
            for (int f = 0; f < 9; f++) {
                set.put(first.path((i * 31 + f * 97) % first.size()), Samples.id("change" + i + "/" + f));
            }
            ManifestDelta delta = ManifestDelta.checked(set, List.of());
            deltas.add(delta);
            manifests.add(manifests.getLast().apply(delta));
        }
    }

    @Benchmark
    public void rebuildWithIdCheck(Blackhole ids) {
        Manifest manifest = first;
        for (ManifestDelta delta : deltas) {
            manifest = manifest.apply(delta);
            ids.consume(Ids.snapshot(manifest));
        }
    }

    @Benchmark
    public void difference(Blackhole differences) {
        for (int i = 1; i < manifests.size(); i++) {
            differences.consume(manifests.get(i).since(manifests.get(i - 1)));
        }
    }
}
