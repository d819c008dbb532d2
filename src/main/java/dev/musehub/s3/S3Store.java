package dev.musehub.s3;

import dev.musehub.core.io.HashingStream;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoreLocation;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.model.SweptPlace;
import dev.musehub.core.store.DirectStore;
import dev.musehub.core.store.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.stream.Gatherers;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Objects in a bucket of any S3-compatible service, one key each. Every put carries the object's SHA-256, so the
 * service refuses bytes that were damaged on the way, and can report the checksum later.
 */
public final class S3Store implements ObjectStore {

    private static final int SWEPT_AT_ONCE = 256;

    private final S3Bucket bucket;
    private final S3Direct direct;
    private final Semaphore permits = new Semaphore(S3Bucket.REQUESTS);

    private S3Store(S3Bucket bucket, S3Direct direct) {
        this.bucket = bucket;
        this.direct = direct;
    }

    /**
     * Connects to the bucket, creates it where it does not exist, and finds out what the service enforces.
     *
     * @param log gets sentences for the operator
     * @throws IOException where the service cannot be reached or used; says what to do
     */
    public static S3Store open(S3Options options, Consumer<String> log) throws IOException {
        S3Bucket bucket = S3Bucket.of(options);
        try {
            S3Check check = new S3Check(bucket, log);
            check.bucket();
            return new S3Store(bucket, new S3Direct(bucket, check.enforcement()));
        } catch (IOException | RuntimeException e) {
            bucket.close();
            throw e;
        }
    }

    @Override
    public List<StoredObject> put(List<Blob> batch) throws IOException {
        return S3Bucket.asked(() ->
                batch.stream().gather(Gatherers.mapConcurrent(S3Bucket.REQUESTS, this::putOne)).toList());
    }

    private StoredObject putOne(Blob blob) {
        StoredObject object = hubs(blob.id(), blob.bytes().length);
        permits.acquireUninterruptibly();
        try {
            bucket.client().putObject(request(object), RequestBody.fromBytes(blob.bytes()));
            return object;
        } finally {
            permits.release();
        }
    }

    private static StoredObject hubs(Sha256 id, long size) {
        return new StoredObject(id, size, Optional.of(S3Keys.fresh(S3Keys.HUB)));
    }

    private PutObjectRequest request(StoredObject object) {
        return PutObjectRequest.builder().bucket(bucket.name()).key(S3Keys.of(object)).contentLength(object.size())
                .checksumSHA256(Base64.getEncoder().encodeToString(object.id().bytes())).build();
    }

    @Override
    public StoredObject putLarge(Sha256 id, long size, InputStream bytes) throws IOException {
        StoredObject object = hubs(id, size);
        HashingStream hashing = new HashingStream(bytes, id, size, why -> new Problem(Problem.Code.OBJECT_MISMATCH,
                "object " + id + " arrived damaged: " + why + "; the sender's copy is damaged"));
        permits.acquireUninterruptibly();
        try {
            int status = bucket.signed().put(S3Keys.of(object), S3Check.Enforcement.CHECKSUM.headers(id, size), size,
                    hashing);
            if (status != 200) {
                throw new IOException("the object store answers " + status + " to a put of " + size + " bytes");
            }
            return object;
        } finally {
            permits.release();
        }
    }

    @Override
    public Optional<DirectStore> direct() {
        return Optional.of(direct);
    }

    @Override
    public void delete(Collection<SweptPlace> places) throws IOException {
        S3Bucket.asked(() -> places.stream().gather(Gatherers.mapConcurrent(S3Bucket.REQUESTS, place -> {
            bucket.delete(key(place));
            return place;
        })).toList());
    }

    private static String key(SweptPlace place) {
        return S3Keys.of(new StoreLocation(place.segment(), place.position()), place.id());
    }

    @Override
    public Swept sweep(Instant before, SweepRows rows, boolean delete) throws IOException, SQLException {
        S3Client s3 = bucket.client();
        String name = bucket.name();
        long count = 0;
        long bytes = 0;
        try {
            for (ListObjectsV2Response page : s3.listObjectsV2Paginator(b -> b.bucket(name))) {
                List<S3Object> old = page.contents().stream().filter(o -> o.lastModified().isBefore(before)).toList();
                Map<SweptPlace, Long> ours = new LinkedHashMap<>();
                for (S3Object object : old) {
                    Optional<S3Keys.Located> located = S3Keys.located(object.key());
                    located.ifPresent(l -> ours.put(SweptPlace.key(l.place(), l.id()), object.size()));
                    if (located.isEmpty() && S3Keys.isLeftover(object.key())) {
                        count++;
                        bytes += object.size();
                        if (delete) {
                            bucket.delete(object.key());
                        }
                    }
                }
                Set<SweptPlace> doomed = sweep(ours.keySet(), rows, delete);
                count += doomed.size();
                bytes += doomed.stream().mapToLong(ours::get).sum();
            }
            return new Swept(count + uploads(before, delete), bytes);
        } catch (SdkException e) {
            throw S3Bucket.failed(e);
        }
    }

    /** A few at a time: while they are being deleted, clients cannot have what they put there confirmed. */
    private Set<SweptPlace> sweep(Set<SweptPlace> places, SweepRows rows, boolean delete)
            throws IOException, SQLException {
        Set<SweptPlace> all = new HashSet<>();
        for (List<SweptPlace> some : places.stream().gather(Gatherers.windowFixed(SWEPT_AT_ONCE)).toList()) {
            Set<SweptPlace> doomed = rows.doom(some);
            if (delete) {
                delete(doomed);
                rows.gone(doomed);
            }
            all.addAll(doomed);
        }
        return all;
    }

    /** Ends uploads that were begun before {@code before} and never joined. */
    private long uploads(Instant before, boolean delete) {
        S3Client s3 = bucket.client();
        String name = bucket.name();
        List<MultipartUpload> old = s3.listMultipartUploads(b -> b.bucket(name)).uploads().stream()
                .filter(upload -> upload.initiated().isBefore(before)).toList();
        if (delete) {
            old.forEach(u -> s3.abortMultipartUpload(b -> b.bucket(name).key(u.key()).uploadId(u.uploadId())));
        }
        return old.size();
    }

    @Override
    public Optional<UUID> identity() throws IOException {
        return S3Bucket.asked(() -> {
            try {
                return Optional.of(UUID.fromString(bucket.client().getObjectAsBytes(b -> b.bucket(bucket.name())
                        .key(S3Keys.IDENTITY)).asUtf8String().strip()));
            } catch (NoSuchKeyException e) {
                return Optional.empty();
            }
        });
    }

    @Override
    public void identify(UUID id) throws IOException {
        S3Bucket.asked(() -> bucket.client().putObject(b -> b.bucket(bucket.name()).key(S3Keys.IDENTITY),
                RequestBody.fromString(id + "\n")));
    }

    @Override
    public void check() throws IOException {
        S3Bucket.asked(() -> bucket.client().headBucket(b -> b.bucket(bucket.name())));
    }

    @Override
    public Reader reader() {
        return new S3Reader(bucket);
    }

    @Override
    public void close() {
        bucket.close();
    }
}
