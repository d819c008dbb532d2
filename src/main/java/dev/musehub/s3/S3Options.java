package dev.musehub.s3;

import dev.musehub.core.model.Problem;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a bucket is, and how to reach it.
 *
 * @param endpoint where the hub finds the service
 * @param publicEndpoint where clients find it; URLs are signed for this host
 * @param pathStyle whether the bucket is the first part of the path rather than of the host name
 * @param putBytes the largest object put in one piece; larger ones go in parts
 */
public record S3Options(URI endpoint, URI publicEndpoint, String region, String bucket, String accessKey,
        String secretKey, boolean pathStyle, long putBytes) {

    /** Beyond that, a connection that breaks off costs too much. */
    public static final long PUT_BYTES = 100_000_000;


    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");

    public S3Options {
        if (!BUCKET.matcher(bucket).matches()) {
            throw bad("MUSEHUB_S3_BUCKET must be 3 to 63 lower-case letters, digits, '.' and '-'");
        }
        if (accessKey.isBlank() || secretKey.isBlank()) {
            throw bad("a bucket needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
        }
    }

    /**
     * What the environment says, by the names the AWS tools use where they have one; empty without
     * {@code MUSEHUB_S3_BUCKET}.
     *
     * @throws Problem {@code bad-request} where it names a bucket that cannot be used
     */
    public static Optional<S3Options> of(Map<String, String> environment) {
        String bucket = environment.getOrDefault("MUSEHUB_S3_BUCKET", "");
        if (bucket.isBlank()) {
            return Optional.empty();
        }
        String region = environment.getOrDefault("AWS_REGION", "us-east-1");
        String named = environment.getOrDefault("AWS_ENDPOINT_URL_S3", "");
        URI endpoint = endpoint("AWS_ENDPOINT_URL_S3",
                named.isBlank() ? "https://s3." + region + ".amazonaws.com" : named);
        String seen = environment.getOrDefault("MUSEHUB_S3_PUBLIC_ENDPOINT", "");
        String style = environment.getOrDefault("MUSEHUB_S3_PATH_STYLE", named.isBlank() ? "false" : "true");
        return Optional.of(new S3Options(endpoint,
                seen.isBlank() ? endpoint : endpoint("MUSEHUB_S3_PUBLIC_ENDPOINT", seen), region, bucket,
                environment.getOrDefault("AWS_ACCESS_KEY_ID", ""), environment.getOrDefault("AWS_SECRET_ACCESS_KEY", ""),
                !style.equalsIgnoreCase("false"), PUT_BYTES));
    }

    private static URI endpoint(String name, String text) {
        try {
            URI uri = URI.create(text);
            if (uri.getHost() != null && uri.getScheme() != null && uri.getScheme().matches("https?")
                    && uri.getRawPath().matches("/?")) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // Told below, as any other address that is none.
        }
        throw bad(name + " must look like https://host:port, not '" + text + "'");
    }

    private static Problem bad(String message) {
        return new Problem(Problem.Code.BAD_REQUEST, message);
    }

    /** The same bucket, with URLs for {@code host}. */
    S3Options seenAt(URI host) {
        return new S3Options(endpoint, host, region, bucket, accessKey, secretKey, pathStyle, putBytes);
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "bucket " + bucket + " at " + endpoint;
    }
}
