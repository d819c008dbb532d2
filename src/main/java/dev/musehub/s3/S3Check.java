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
import java.util.Map;
import java.util.function.Consumer;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What the hub makes sure of before it relies on a bucket: that it is there, the clocks, and what is enforced. */
final class S3Check {

    /** Signed URLs are valid for 15 minutes around their time: this much of a difference is a nuisance already. */
    private static final Duration CLOCKS = Duration.ofMinutes(1);

    /** What keeps lies out of the bucket. */
    enum Enforcement {
        /** The service compares the body with the signed header {@code x-amz-checksum-sha256}. */
        CHECKSUM,
        /** The service compares the body with the signed header {@code x-amz-content-sha256}. */
        CONTENT_HASH,
        /** Nothing: what arrives is copied to where no URL leads, and read back. */
        READ_BACK;

        /** The headers that a put of an object must carry. */
        Map<String, String> headers(Sha256 id, long size) {
            String length = Long.toString(size);
            return switch (this) {
                case CHECKSUM -> Map.of("content-length", length, "x-amz-checksum-sha256",
                        java.util.Base64.getEncoder().encodeToString(id.bytes()));
                case CONTENT_HASH -> Map.of("content-length", length, "x-amz-content-sha256", id.hex());
                case READ_BACK -> Map.of("content-length", length);
            };
        }
    }

    private final S3Client s3;
    private final S3Options options;
    private final Consumer<String> log;

    S3Check(S3Client s3, S3Options options, Consumer<String> log) {
        this.s3 = s3;
        this.options = options;
        this.log = log;
    }

    /** Finds or creates the bucket, and compares the clocks. */
    void bucket() throws IOException {
        try {
            try {
                compareClocks(s3.headBucket(b -> b.bucket(options.bucket())).sdkHttpResponse()
                        .firstMatchingHeader("Date").orElse(""));
            } catch (S3Exception e) {
                if (e.statusCode() != 404) {
                    throw e;
                }
                s3.createBucket(b -> b.bucket(options.bucket()));
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
            // The service does not tell its time.
        }
    }

    /** Proves by trying which of the ways to bind a URL to a hash the service enforces. */
    Enforcement enforcement() throws IOException {
        for (Enforcement way : new Enforcement[] {Enforcement.CHECKSUM, Enforcement.CONTENT_HASH}) {
            if (enforces(way)) {
                return way;
            }
        }
        log.accept("WARNING: the object store accepts wrong bytes under a signed checksum. Every object that clients"
                + " send there is read back and hashed; pushes are slower than they could be");
        return Enforcement.READ_BACK;
    }

    private boolean enforces(Enforcement way) throws IOException {
        byte[] right = ("musehub asks " + Instant.now()).getBytes(StandardCharsets.UTF_8);
        byte[] wrong = right.clone();
        wrong[0] ^= 1;
        Sha256 id = Sha256.of(right);
        String key = S3Keys.HUB + "/check-" + id.hex();
        // The hub asks where it finds the service itself; the public host may lead elsewhere from here.
        SignedRequests requests = new SignedRequests(options);
        Map<String, String> headers = way.headers(id, right.length);
        try {
            int refused = requests.put(key, headers, wrong.length, new ByteArrayInputStream(wrong));
            int accepted = requests.put(key, headers, right.length, new ByteArrayInputStream(right));
            return refused >= 400 && refused < 500 && accepted == 200;
        } finally {
            try {
                s3.deleteObject(b -> b.bucket(options.bucket()).key(key));
            } catch (SdkException e) {
                log.accept("could not delete " + key + " again: " + e.getMessage());
            }
        }
    }
}
