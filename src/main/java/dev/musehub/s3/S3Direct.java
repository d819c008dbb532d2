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
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedMultipartUpload;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Puts and gets by signed URLs, and the questions whether what was put is there. */
final class S3Direct implements DirectStore {

    /** design.md section 7. */
    private static final Duration LIFE = Duration.ofMinutes(15);
    private static final long PART_BYTES = 64 << 20;
    /** What S3 allows: the smallest part but the last, and the number of parts. */
    private static final long LEAST_PART_BYTES = 5 << 20;
    private static final int PARTS = 10_000;
    /** URLs of parts given out at a time. */
    private static final int PARTS_WINDOW = 64;

    private final S3Client s3;
    private final String bucket;
    private final long putBytes;
    private final Enforcement enforcement;
    private final Presigner presigner;
    private final SignedRequests requests;
    private final LongAdder readBack = new LongAdder();

    S3Direct(S3Client s3, S3Options options, Enforcement enforcement) {
        this.s3 = s3;
        this.bucket = options.bucket();
        this.putBytes = options.putBytes();
        this.enforcement = enforcement;
        this.presigner = new Presigner(options, Clock.systemUTC());
        this.requests = new SignedRequests(options);
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
        return putBytes;
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
        Optional<SignedRequests.KeyFacts> known = requests.head(S3Keys.of(place, id));
        if (known.isEmpty()) {
            return Optional.empty();
        }
        StoredObject object = new StoredObject(id, known.get().length(), Optional.of(place));
        try {
            if (enforcement == Enforcement.READ_BACK) {
                return copiedAndReadBack(S3Keys.of(object), object, scope);
            }
        } catch (SdkException e) {
            throw S3Store.failed(e);
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

    private static Optional<StoredObject> absent(S3Exception e) throws IOException {
        if (e.statusCode() == 404) {
            return Optional.empty();
        }
        throw S3Store.failed(e);
    }

    /** A URL may still be used there, for wrong bytes too: what counts is a copy out of the reach of URLs. */
    private Optional<StoredObject> copiedAndReadBack(String from, StoredObject object, UUID scope) throws IOException {
        StoredObject copy = new StoredObject(object.id(), object.size(),
                Optional.of(S3Keys.fresh(scope)));
        s3.copyObject(b -> b.sourceBucket(bucket).sourceKey(from)
                .destinationBucket(bucket).destinationKey(S3Keys.of(copy)));
        Optional<StoredObject> sound = readBack(copy);
        s3.deleteObject(b -> b.bucket(bucket).key(from));
        return sound;
    }

    private Optional<StoredObject> readBack(StoredObject object) throws IOException {
        readBack.increment();
        try (InputStream in = s3.getObject(GetObjectRequest.builder().bucket(bucket).key(S3Keys.of(object)).build());
                InputStream checked = new HashingStream(in, object.id(), object.size(),
                        why -> new Problem(Problem.Code.OBJECT_MISMATCH, why))) {
            checked.transferTo(OutputStream.nullOutputStream());
            return Optional.of(object);
        } catch (Problem wrong) {
            discard(object);
            return Optional.empty();
        } catch (SdkException e) {
            throw S3Store.failed(e);
        }
    }

    @Override
    public void discard(StoredObject copy) throws IOException {
        try {
            s3.deleteObject(b -> b.bucket(bucket).key(S3Keys.of(copy)));
        } catch (SdkException e) {
            throw S3Store.failed(e);
        }
    }

    @Override
    public MultipartState parts(UUID scope, Offer offer) throws IOException {
        long partBytes = partBytes(offer.size());
        try {
            String key = S3Keys.ofParts(scope, offer.id());
            String upload = open(key).orElseGet(
                    () -> s3.createMultipartUpload(b -> b.bucket(bucket).key(key)).uploadId());
            List<Integer> present = new ArrayList<>();
            for (Part part : partsOf(key, upload)) {
                if (part.size() == lengthOfPart(part.partNumber(), offer.size(), partBytes)) {
                    present.add(part.partNumber());
                }
            }
            Map<Integer, Target> missing = new LinkedHashMap<>();
            int count = Math.toIntExact(Math.ceilDiv(offer.size(), partBytes));
            for (int n = 1; n <= count && missing.size() < PARTS_WINDOW; n++) {
                if (!present.contains(n)) {
                    long length = lengthOfPart(n, offer.size(), partBytes);
                    missing.put(n, presigner.sign("PUT", key, Map.of("content-length", Long.toString(length)),
                            Map.of("partNumber", Integer.toString(n), "uploadId", upload), LIFE));
                }
            }
            return new MultipartState(partBytes, present, missing);
        } catch (SdkException e) {
            throw S3Store.failed(e);
        }
    }

    private long partBytes(long size) {
        return Math.max(Math.clamp(putBytes / 2, LEAST_PART_BYTES, PART_BYTES), Math.ceilDiv(size, PARTS));
    }

    private static long lengthOfPart(int n, long size, long partBytes) {
        return Math.min(partBytes, size - (n - 1) * partBytes);
    }

    /** The upload that is open at a key; asked for by the whole key, since some services find none by less. */
    private Optional<String> open(String key) {
        return s3.listMultipartUploads(b -> b.bucket(bucket).prefix(key)).uploads().stream()
                .filter(u -> u.key().equals(key)).findFirst().map(MultipartUpload::uploadId);
    }

    private List<Part> partsOf(String key, String upload) {
        List<Part> parts = new ArrayList<>();
        s3.listPartsPaginator(b -> b.bucket(bucket).key(key).uploadId(upload)).parts().forEach(parts::add);
        return parts;
    }

    @Override
    public Optional<StoredObject> arrivedInParts(UUID scope, Offer offer) throws IOException {
        String key = S3Keys.ofParts(scope, offer.id());
        StoredObject object = new StoredObject(offer.id(), offer.size(), Optional.empty());
        try {
            Optional<String> upload = open(key);
            if (upload.isPresent() && !join(key, upload.get(), offer.size())) {
                return Optional.empty();
            }
            s3.headObject(b -> b.bucket(bucket).key(key));
            return copiedAndReadBack(key, object, scope);
        } catch (S3Exception e) {
            return absent(e);
        } catch (SdkException e) {
            throw S3Store.failed(e);
        }
    }

    /** Joins the parts where their lengths add up. */
    private boolean join(String key, String upload, long size) {
        List<Part> parts = partsOf(key, upload);
        if (parts.stream().mapToLong(Part::size).sum() != size) {
            return false;
        }
        List<CompletedPart> completed = parts.stream()
                .map(p -> CompletedPart.builder().partNumber(p.partNumber()).eTag(p.eTag()).build()).toList();
        s3.completeMultipartUpload(b -> b.bucket(bucket).key(key).uploadId(upload)
                .multipartUpload(CompletedMultipartUpload.builder().parts(completed).build()));
        return true;
    }
}
