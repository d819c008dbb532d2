package dev.musehub.s3;

import dev.musehub.core.io.HashingStream;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoreLocation;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.store.DirectStore;
import dev.musehub.s3.S3Check.Enforcement;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedMultipartUpload;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Puts and gets by signed URLs, and checks whether the objects arrived. */
final class S3Direct implements DirectStore {

    /** How long a URL is valid. */
    private static final Duration LIFE = Duration.ofMinutes(15);
    private static final long PART_BYTES = 64 << 20;
    /** The limits of S3: the smallest part (except the last), and the number of parts. */
    private static final long LEAST_PART_BYTES = 5 << 20;
    private static final int PARTS = 10_000;
    /** URLs of parts in one answer. */
    private static final int PARTS_WINDOW = 64;

    private final S3Bucket bucket;
    private final S3Client s3;
    private final Enforcement enforcement;
    private final Presigner presigner;
    private final LongAdder readBack = new LongAdder();

    S3Direct(S3Bucket bucket, Enforcement enforcement) {
        this.bucket = bucket;
        this.s3 = bucket.quick();
        this.enforcement = enforcement;
        this.presigner = new Presigner(bucket.options(), Clock.systemUTC());
    }

    @Override
    public Target put(UUID scope, Offer offer) {
        return presigner.sign("PUT", S3Keys.of(S3Keys.byUrl(scope), offer.id()),
                enforcement.headers(offer.id(), offer.size()), Map.of(), LIFE);
    }

    @Override
    public Target get(StoredObject object) {
        return presigner.sign("GET", S3Keys.of(object), Map.of(), Map.of(), LIFE);
    }

    @Override
    public long putBytes() {
        return bucket.options().putBytes();
    }

    @Override
    public long readBack() {
        return readBack.sum();
    }

    @Override
    public String proof() {
        return enforcement.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public Optional<StoredObject> arrived(UUID scope, Sha256 id) throws IOException {
        StoreLocation place = S3Keys.byUrl(scope);
        Optional<SignedRequests.KeyFacts> known = bucket.signed().head(S3Keys.of(place, id));
        if (known.isEmpty()) {
            return Optional.empty();
        }
        StoredObject object = new StoredObject(id, known.get().length(), Optional.of(place));
        if (enforcement == Enforcement.READ_BACK) {
            return S3Bucket.asked(() -> copiedAndReadBack(S3Keys.of(object), object, scope));
        }
        if (known.get().sha256().isEmpty()) {
            return readBack(object);
        }
        if (!known.get().sha256().get().equals(Base64.getEncoder().encodeToString(id.bytes()))) {
            discard(object);
            return Optional.empty();
        }
        return Optional.of(object);
    }

    /**
     * Copies first, then reads the copy. A URL may still write to {@code from}, wrong bytes too, but no URL leads to
     * the copy.
     */
    private Optional<StoredObject> copiedAndReadBack(String from, StoredObject object, UUID scope) throws IOException {
        StoredObject copy = new StoredObject(object.id(), object.size(), Optional.of(S3Keys.fresh(scope)));
        bucket.client().copyObject(b -> b.sourceBucket(bucket.name()).sourceKey(from)
                .destinationBucket(bucket.name()).destinationKey(S3Keys.of(copy)));
        Optional<StoredObject> sound = readBack(copy);
        bucket.delete(from);
        return sound;
    }

    private Optional<StoredObject> readBack(StoredObject object) throws IOException {
        readBack.increment();
        try {
            S3Bucket.asked(() -> {
                try (InputStream checked = new HashingStream(bucket.get(object), object.id(), object.size(),
                        why -> new Problem(Problem.Code.OBJECT_MISMATCH, why))) {
                    return checked.transferTo(OutputStream.nullOutputStream());
                }
            });
            return Optional.of(object);
        } catch (Problem wrong) {
            discard(object);
            return Optional.empty();
        }
    }

    @Override
    public byte[] bytes(StoredObject object, long from, int count) throws IOException {
        return bucket.signed().bytes(S3Keys.of(object), from, count)
                .orElseThrow(() -> S3Reader.damaged(object.id(), "it is not as long as it was"));
    }

    @Override
    public void discard(StoredObject copy) throws IOException {
        S3Bucket.asked(() -> {
            bucket.delete(S3Keys.of(copy));
            return copy;
        });
    }

    @Override
    public MultipartState parts(UUID scope, Offer offer) throws IOException {
        return S3Bucket.asked(() -> partsOf(S3Keys.ofParts(scope, offer.id()), offer.size()));
    }

    private MultipartState partsOf(String key, long size) {
        long partBytes = partBytes(size);
        String upload = open(key).orElseGet(
                () -> s3.createMultipartUpload(b -> b.bucket(bucket.name()).key(key)).uploadId());
        List<Integer> present = arrivedParts(key, upload).stream()
                .filter(part -> part.size() == lengthOfPart(part.partNumber(), size, partBytes))
                .map(Part::partNumber).toList();
        Map<Integer, Target> missing = new LinkedHashMap<>();
        int count = Math.toIntExact(Math.ceilDiv(size, partBytes));
        for (int n = 1; n <= count && missing.size() < PARTS_WINDOW; n++) {
            if (!present.contains(n)) {
                long length = lengthOfPart(n, size, partBytes);
                missing.put(n, presigner.sign("PUT", key, Map.of("content-length", Long.toString(length)),
                        Map.of("partNumber", Integer.toString(n), "uploadId", upload), LIFE));
            }
        }
        return new MultipartState(partBytes, present, missing);
    }

    private long partBytes(long size) {
        return Math.max(Math.clamp(putBytes() / 2, LEAST_PART_BYTES, PART_BYTES), Math.ceilDiv(size, PARTS));
    }

    private static long lengthOfPart(int n, long size, long partBytes) {
        return Math.min(partBytes, size - (n - 1) * partBytes);
    }

    /** The open upload of a key. The prefix is the whole key, because some services find nothing by a shorter one. */
    private Optional<String> open(String key) {
        return s3.listMultipartUploads(b -> b.bucket(bucket.name()).prefix(key)).uploads().stream()
                .filter(u -> u.key().equals(key)).findFirst().map(MultipartUpload::uploadId);
    }

    private List<Part> arrivedParts(String key, String upload) {
        return s3.listPartsPaginator(b -> b.bucket(bucket.name()).key(key).uploadId(upload)).parts().stream().toList();
    }

    @Override
    public Optional<StoredObject> arrivedInParts(UUID scope, Offer offer) throws IOException {
        String key = S3Keys.ofParts(scope, offer.id());
        return S3Bucket.asked(() -> {
            try {
                Optional<String> upload = open(key);
                if (upload.isPresent() && !join(key, upload.get(), offer.size())) {
                    return Optional.empty();
                }
                s3.headObject(b -> b.bucket(bucket.name()).key(key));
                return copiedAndReadBack(key, new StoredObject(offer.id(), offer.size(), Optional.empty()), scope);
            } catch (S3Exception e) {
                if (e.statusCode() == 404) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    /** Joins the parts if their lengths add up to {@code size}. */
    private boolean join(String key, String upload, long size) {
        List<Part> parts = arrivedParts(key, upload);
        if (parts.stream().mapToLong(Part::size).sum() != size) {
            return false;
        }
        List<CompletedPart> completed = parts.stream()
                .map(p -> CompletedPart.builder().partNumber(p.partNumber()).eTag(p.eTag()).build()).toList();
        bucket.client().completeMultipartUpload(b -> b.bucket(bucket.name()).key(key).uploadId(upload)
                .multipartUpload(CompletedMultipartUpload.builder().parts(completed).build()));
        return true;
    }
}
