package dev.musehub.s3;

import dev.musehub.core.model.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;

/**
 * The bucket as the hub itself reaches it: the SDK's client, signed requests beside it, failures as IOExceptions.
 *
 * @param client for what may take the service a while: puts, copies, joining parts
 * @param quick for questions and reads: all its attempts end before a client of the hub gives up, after a minute
 */
record S3Bucket(S3Client client, S3Client quick, S3Options options, SignedRequests signed) implements AutoCloseable {

    /** Requests of this hub to the service at a time. */
    static final int REQUESTS = 64;

    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration SILENCE = Duration.ofSeconds(30);

    static S3Bucket of(S3Options options) {
        // The JDK's client keeps 5 idle connections by default; it would close 59 of our 64 after each request.
        System.setProperty("http.maxConnections", Integer.toString(REQUESTS));
        return new S3Bucket(client(options, SILENCE), client(options, SignedRequests.QUICK), options,
                new SignedRequests(options));
    }

    private static S3Client client(S3Options options, Duration silence) {
        return S3Client.builder()
                .httpClient(UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(silence).build())
                .region(Region.of(options.region()))
                .endpointOverride(options.endpoint())
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(options.accessKey(), options.secretKey())))
                // We send checksums as plain headers. The SDK would send trailers, which other stores refuse.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(S3Configuration.builder()
                        .pathStyleAccessEnabled(options.pathStyle())
                        .chunkedEncodingEnabled(false)
                        .build())
                .build();
    }

    String name() {
        return options.bucket();
    }

    /** Requests to the service, by the SDK. */
    interface SdkRequests<T> {
        T send() throws IOException;
    }

    /** Sends {@code requests}; what the SDK throws becomes an {@link IOException}. */
    static <T> T asked(SdkRequests<T> requests) throws IOException {
        try {
            return requests.send();
        } catch (SdkException | UncheckedIOException e) {
            throw failed(e);
        }
    }

    /** The SDK's messages contain no secrets. */
    static IOException failed(RuntimeException e) {
        return new IOException("the object store failed: " + e.getMessage(), e);
    }

    /** The bytes of an object; throws the exceptions of the SDK. */
    InputStream get(StoredObject object) {
        return quick.getObject(GetObjectRequest.builder().bucket(name()).key(S3Keys.of(object)).build());
    }

    void delete(String key) {
        client.deleteObject(b -> b.bucket(name()).key(key));
    }

    @Override
    public void close() {
        client.close();
        quick.close();
    }
}
