package dev.musehub.testing;

import dev.musehub.s3.S3Options;
import java.net.URI;
import java.util.UUID;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;

/** A real S3 server over HTTP: what the tests of the bucket store talk to. */
public interface S3Server extends AutoCloseable {

    /** Objects from this size on are put in parts, in the tests. */
    long LARGE = 6_000_000;

    URI endpoint();

    String key();

    String secret();

    @Override
    void close();

    /** How a hub reaches a new bucket of this server through {@code relay}. */
    default S3Options options(StoreRelay relay) {
        return new S3Options(relay.endpoint(), relay.endpoint(), "us-east-1", "t" + UUID.randomUUID(), key(), secret(),
                true, LARGE);
    }

    /** S3Proxy inside this JVM, in memory. */
    static S3Server inProcess() {
        String key = "test-key";
        String secret = "test-secret";
        S3Proxy proxy = S3Proxy.builder().blobStore(new TransientNio2BlobStore())
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V4, key, secret)
                .build();
        try {
            proxy.start();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return new Running(URI.create("http://127.0.0.1:" + proxy.getPort()), key, secret, () -> {
            try {
                proxy.stop();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** A server that somebody started. */
    record Running(URI endpoint, String key, String secret, Runnable stop) implements S3Server {

        @Override
        public void close() {
            stop.run();
        }
    }
}
