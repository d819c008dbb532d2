package dev.musehub.s3;

import dev.musehub.core.model.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Map;
import java.util.function.Consumer;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What the hub checks before it uses a bucket: that it exists, that the clocks agree, what the service enforces. */
final class S3Check {

    /** Services refuse signed requests when the clocks differ by 15 minutes; the hub warns much earlier. */
    private static final Duration CLOCKS = Duration.ofMinutes(1);

    /** What makes sure that a URL stores only the bytes of its object. */
    enum Enforcement {
        /** The service compares the body with the signed header {@code x-amz-checksum-sha256}. */
        CHECKSUM,
        /** The service compares the body with the signed header {@code x-amz-content-sha256}. */
        CONTENT_HASH,
        /** Nothing does. The hub copies each object to a key that no URL can write, and reads it back. */
        READ_BACK;

        /** The headers that a put of an object must carry. */
        Map<String, String> headers(Sha256 id, long size) {
            String length = Long.toString(size);
            return switch (this) {
                case CHECKSUM -> Map.of("content-length", length, "x-amz-checksum-sha256",
                        Base64.getEncoder().encodeToString(id.bytes()));
                case CONTENT_HASH -> Map.of("content-length", length, "x-amz-content-sha256", id.hex());
                case READ_BACK -> Map.of("content-length", length);
            };
        }
    }

    private final S3Bucket bucket;
    private final S3Options options;
    private final Consumer<String> log;

    S3Check(S3Bucket bucket, Consumer<String> log) {
        this.bucket = bucket;
        this.options = bucket.options();
        this.log = log;
    }

    /** Finds or creates the bucket, and compares the clocks. */
    void bucket() throws IOException {
        try {
            try {
                compareClocks(bucket.client().headBucket(b -> b.bucket(options.bucket())).sdkHttpResponse()
                        .firstMatchingHeader("Date").orElse(""));
            } catch (S3Exception e) {
                if (e.statusCode() != 404) {
                    throw e;
                }
                bucket.client().createBucket(b -> b.bucket(options.bucket()));
                log.accept("created " + options);
            }
        } catch (S3Exception e) {
            throw new IOException("the object store answers " + e.statusCode() + " for " + options + " ("
                    + e.awsErrorDetails().errorMessage() + "); check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and what"
                    + " they may do", e);
        } catch (SdkException e) {
            throw new IOException("cannot reach " + options + ": " + e.getMessage() + "; check AWS_ENDPOINT_URL_S3", e);
        }
    }

    private void compareClocks(String date) {
        try {
            Duration apart = Duration.between(ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant(), Instant.now()).abs();
            if (apart.compareTo(CLOCKS) > 0) {
                log.accept("WARNING: the clocks of hub and object store are " + apart.toSeconds() + " s apart; beyond"
                        + " 15 min the store refuses everything. Set them by NTP");
            }
        } catch (DateTimeException e) {
            // The service sends no date.
        }
    }

    /** Tries which way of binding a URL to a hash the service enforces. */
    Enforcement enforcement() throws IOException {
        for (Enforcement way : new Enforcement[] {Enforcement.CHECKSUM, Enforcement.CONTENT_HASH}) {
            if (enforces(way)) {
                return way;
            }
        }
        log.accept("WARNING: the object store accepts wrong bytes under a signed checksum. So the hub reads and hashes"
                + " every object that clients put there; pushes are slower than they could be");
        return Enforcement.READ_BACK;
    }

    private boolean enforces(Enforcement way) throws IOException {
        byte[] right = ("musehub asks " + Instant.now()).getBytes(StandardCharsets.UTF_8);
        byte[] wrong = right.clone();
        wrong[0] ^= 1;
        Sha256 id = Sha256.of(right);
        String key = S3Keys.HUB + "/check-" + id.hex();
        // At the hub's own endpoint of the service: from here the public one may lead elsewhere.
        Map<String, String> headers = way.headers(id, right.length);
        try {
            int refused = bucket.signed().put(key, headers, wrong.length, new ByteArrayInputStream(wrong));
            int accepted = bucket.signed().put(key, headers, right.length, new ByteArrayInputStream(right));
            return refused >= 400 && refused < 500 && accepted == 200;
        } finally {
            try {
                bucket.delete(key);
            } catch (SdkException e) {
                log.accept("could not delete " + key + " again: " + e.getMessage());
            }
        }
    }
}
