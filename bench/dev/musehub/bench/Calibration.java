package dev.musehub.bench;

import java.security.MessageDigest;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * How fast this machine is just now: memory and integer work that has nothing to do with our code. {@link Compare}
 * divides by it, so that runs of different machines, or of one that is busy, can be compared.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class Calibration {

    private final byte[] bytes = Samples.text(1 << 20, 1);

    @Benchmark
    public byte[] machine() throws Exception {
        long sum = 0;
        for (byte b : bytes) {
            sum = sum * 31 + b;
        }
        return MessageDigest.getInstance("MD5").digest(Long.toString(sum).getBytes());
    }
}
