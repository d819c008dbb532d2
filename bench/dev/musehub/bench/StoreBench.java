package dev.musehub.bench;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.store.DiskStore;
import dev.musehub.core.store.ObjectStore.Blob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One batch of 64 objects of 27 KB, versions of a file: compressed, written, synced. Guards one segment per batch
 * with the previous object as dictionary: without, 64 files cost 64 syncs, and five times the space.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class StoreBench {

    private Path root;
    private DiskStore store;
    private List<Blob> batch;

    @Setup(Level.Trial)
    public void make() throws IOException {
        root = Files.createTempDirectory(Path.of("target"), "store-bench");
        store = new DiskStore(root);
        batch = new ArrayList<>();
        byte[] text = Samples.text(27_000, 5);
        for (int i = 0; i < 64; i++) {
            byte[] version = text.clone();
            version[i * 400] = '#';
            batch.add(new Blob(Sha256.of(version), version));
        }
    }

    @TearDown(Level.Iteration)
    public void clear() throws IOException {
        try (var files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.delete(file);
            }
        }
    }

    @TearDown(Level.Trial)
    public void delete() throws IOException {
        try (var files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Benchmark
    public List<StoredObject> putBatch() throws IOException {
        return store.put(batch);
    }
}
