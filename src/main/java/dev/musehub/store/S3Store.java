package dev.musehub.store;

import dev.musehub.model.Problem;
import dev.musehub.model.Sha256;
import dev.musehub.model.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.stream.Gatherers;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * Objects in a bucket of any S3-compatible service, one key each. Every put carries the object's SHA-256, so the
 * service refuses what was damaged on the way, and keeps the checksum for later questions.
 */
public final class S3Store implements ObjectStore {

    /** Requests of this hub to the service at a time. */
    static final int REQUESTS = 64;

    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration SILENCE = Duration.ofSeconds(30);

    private final S3Client s3;
    private final String bucket;
    private final SignedRequests signed;
    private final S3Direct direct;
    private final Semaphore permits = new Semaphore(REQUESTS);

    private S3Store(S3Client s3, S3Options options, S3Direct direct) {
        this.s3 = s3;
        this.bucket = options.bucket();
        this.signed = new SignedRequests(options);
        this.direct = direct;
    }

    /**
     * Connects to the bucket, creates it where it is absent, and finds out what the service enforces.
     *
     * @param log told, in sentences, what the operator should know
     * @throws IOException where the service cannot be reached or used, and what to do about it
     */
    public static S3Store open(S3Options options, java.util.function.Consumer<String> log) throws IOException {
        // Kept-alive connections of the JDK's client; its standard of 5 would close 59 of our 64 after each request.
        System.setProperty("http.maxConnections", Integer.toString(REQUESTS));
        S3Client s3 = client(options);
        try {
            S3Check check = new S3Check(s3, options, log);
            check.bucket();
            S3Direct direct = new S3Direct(s3, options, check.enforcement());
            return new S3Store(s3, options, direct);
        } catch (IOException | RuntimeException e) {
            s3.close();
            throw e;
        }
    }

    static S3Client client(S3Options options) {
        URI endpoint = options.endpoint();
        return S3Client.builder()
                .httpClient(UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(SILENCE).build())
                .region(Region.of(options.region()))
                .endpointOverride(endpoint)
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(options.accessKey(), options.secretKey())))
                // Checksums are sent as plain headers where we mean them, never as trailers: other stores refuse those.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(S3Configuration.builder()
                        .pathStyleAccessEnabled(options.pathStyle())
                        .chunkedEncodingEnabled(false)
                        .build())
                .build();
    }

    @Override
    public List<StoredObject> put(List<Blob> batch) throws IOException {
        try {
            return batch.stream().gather(Gatherers.mapConcurrent(REQUESTS, this::putOne)).toList();
        } catch (SdkException e) {
            throw failed(e);
        }
    }

    private StoredObject putOne(Blob blob) {
        StoredObject object = hubs(blob.id(), blob.bytes().length);
        permits.acquireUninterruptibly();
        try {
            s3.putObject(request(object), RequestBody.fromBytes(blob.bytes()));
            return object;
        } finally {
            permits.release();
        }
    }

    private static StoredObject hubs(Sha256 id, long size) {
        return new StoredObject(id, size, Optional.of(S3Keys.byUrl(S3Keys.HUB)));
    }

    private PutObjectRequest request(StoredObject object) {
        return PutObjectRequest.builder().bucket(bucket).key(S3Keys.of(object)).contentLength(object.size())
                .checksumSHA256(Base64.getEncoder().encodeToString(object.id().bytes())).build();
    }

    @Override
    public StoredObject putLarge(Sha256 id, long size, InputStream bytes) throws IOException {
        StoredObject object = hubs(id, size);
        HashingStream hashing = new HashingStream(bytes, id, size, why -> new Problem(Problem.Code.OBJECT_MISMATCH,
                "object " + id + " arrived damaged: " + why + "; the sender's copy is damaged"));
        permits.acquireUninterruptibly();
        try {
            int status = signed.put(S3Keys.of(object), S3Check.Enforcement.CHECKSUM.headers(id, size), size, hashing);
            if (status != 200) {
                throw new IOException("the object store answers " + status + " to a put of " + size + " bytes");
            }
            return object;
        } finally {
            permits.release();
        }
    }

    /** What went wrong between hub and service, without anything secret. */
    static IOException failed(SdkException e) {
        return new IOException("the object store failed: " + e.getMessage(), e);
    }

    static IOException failed(UncheckedIOException e) {
        return new IOException("the object store failed: " + e.getMessage(), e.getCause());
    }

    @Override
    public Optional<DirectStore> direct() {
        return Optional.of(direct);
    }

    @Override
    public Reader reader() {
        return new S3Reader(s3, bucket);
    }

    @Override
    public void close() {
        s3.close();
    }
}
