package dev.musehub.s3;

import dev.musehub.core.io.HashingStream;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoreLocation;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.store.DirectStore;
import dev.musehub.core.store.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
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
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Object;

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
        return new StoredObject(id, size, Optional.of(S3Keys.fresh(S3Keys.HUB)));
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
    public void delete(List<StoredObject> objects) throws IOException {
        try {
            objects.stream().gather(Gatherers.mapConcurrent(REQUESTS, object -> {
                s3.deleteObject(b -> b.bucket(bucket).key(S3Keys.of(object)));
                return object;
            })).forEach(_ -> { });
        } catch (SdkException e) {
            throw failed(e);
        }
    }

    @Override
    public Swept sweep(Instant before, RowLookup rows, boolean delete) throws IOException, SQLException {
        long count = 0;
        long bytes = 0;
        try {
            for (ListObjectsV2Response page : s3.listObjectsV2Paginator(b -> b.bucket(bucket))) {
                List<S3Object> orphans = orphans(page.contents(), before, rows);
                for (S3Object orphan : orphans) {
                    count++;
                    bytes += orphan.size();
                    if (delete) {
                        s3.deleteObject(b -> b.bucket(bucket).key(orphan.key()));
                    }
                }
            }
            for (MultipartUpload upload : s3.listMultipartUploads(b -> b.bucket(bucket)).uploads()) {
                if (upload.initiated().isBefore(before)) {
                    count++;
                    if (delete) {
                        s3.abortMultipartUpload(b -> b.bucket(bucket).key(upload.key()).uploadId(upload.uploadId()));
                    }
                }
            }
            return new Swept(count, bytes);
        } catch (SdkException e) {
            throw failed(e);
        }
    }

    /** Old keys to which no row points; what lies in the bucket beside our keys is none of our business. */
    private static List<S3Object> orphans(List<S3Object> page, Instant before, RowLookup rows) throws SQLException {
        List<S3Object> old = page.stream().filter(o -> o.lastModified().isBefore(before)).toList();
        Map<Sha256, StoreLocation> places = rows.places(old.stream().map(o -> S3Keys.located(o.key()))
                .flatMap(Optional::stream).map(S3Keys.Located::id).toList());
        return old.stream().filter(o -> {
            Optional<S3Keys.Located> located = S3Keys.located(o.key());
            return located.isPresent()
                    ? !located.get().place().equals(places.get(located.get().id())) : S3Keys.isLeftover(o.key());
        }).toList();
    }

    @Override
    public void check() throws IOException {
        try {
            s3.headBucket(b -> b.bucket(bucket));
        } catch (SdkException e) {
            throw failed(e);
        }
    }

    @Override
    public Reader reader() {
        return new S3Reader(s3, bucket, signed);
    }

    @Override
    public void close() {
        s3.close();
    }
}
