package dev.musehub.bench;

import dev.musehub.client.muse.UserKey;
import dev.musehub.core.history.CommitSignature;
import dev.musehub.core.model.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * SHA-256 of an object of average size, and Ed25519. Guards BouncyCastle for signatures: when the JDK's verification
 * comes within reach of it, the dependency can go.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class HashBench {

    private final byte[] object = Samples.text(27_000, 3);
    private final byte[] seed = new byte[32];
    private final Sha256 id = Samples.id("commit");
    private byte[] publicKey;
    private byte[] signature;
    private PublicKey jdkKey;

    @Setup
    public void make() throws Exception {
        publicKey = UserKey.publicKey(seed);
        signature = CommitSignature.parse(UserKey.sign(seed, id)).orElseThrow();
        byte[] y = new byte[32];
        for (int i = 0; i < 32; i++) {
            y[i] = publicKey[31 - i];
        }
        boolean odd = (y[0] & 0x80) != 0;
        y[0] &= 0x7f;
        jdkKey = KeyFactory.getInstance("Ed25519").generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519,
                new EdECPoint(odd, new java.math.BigInteger(1, y))));
    }

    @Benchmark
    public Sha256 sha256() {
        return Sha256.of(object);
    }

    @Benchmark
    public boolean ed25519BouncyCastle() {
        return CommitSignature.verify(publicKey, id, signature);
    }

    @Benchmark
    public boolean ed25519Jdk() throws Exception {
        Signature verifier = Signature.getInstance("Ed25519");
        verifier.initVerify(jdkKey);
        verifier.update(id.toString().getBytes(StandardCharsets.US_ASCII));
        return verifier.verify(signature);
    }
}
