package dev.musehub.s3;

import dev.musehub.core.model.Problem;
import dev.musehub.settings.Setting;
import dev.musehub.settings.Settings;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a bucket is, and how to reach it.
 *
 * @param endpoint the service, as the hub reaches it
 * @param publicEndpoint the service, as clients reach it; URLs are signed for this host
 * @param pathStyle whether the bucket's name is in the path instead of in the host name
 * @param putBytes larger objects are put in parts
 */
public record S3Options(URI endpoint, URI publicEndpoint, String region, String bucket, String accessKey,
        String secretKey, boolean pathStyle, long putBytes) {

    /** For larger objects it would cost too much to begin again after a broken connection. */
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
     * The bucket of the settings; empty where they name none.
     *
     * @throws Problem {@code bad-request} where the bucket cannot be used with these settings
     */
    public static Optional<S3Options> of(Settings settings) {
        return settings.text(Setting.S3_BUCKET).map(bucket -> of(bucket, settings));
    }

    private static S3Options of(String bucket, Settings settings) {
        String region = settings.required(Setting.S3_REGION);
        Optional<String> own = settings.text(Setting.S3_ENDPOINT);
        URI endpoint = endpoint(Setting.S3_ENDPOINT, own.orElse("https://s3." + region + ".amazonaws.com"));
        URI seen = settings.text(Setting.S3_PUBLIC_ENDPOINT).map(text -> endpoint(Setting.S3_PUBLIC_ENDPOINT, text))
                .orElse(endpoint);
        boolean pathStyle = settings.text(Setting.S3_PATH_STYLE).map(Boolean::parseBoolean).orElse(own.isPresent());
        return new S3Options(endpoint, seen, region, bucket, settings.text(Setting.S3_KEY).orElse(""),
                settings.text(Setting.S3_SECRET).orElse(""), pathStyle, PUT_BYTES);
    }

    private static URI endpoint(Setting setting, String text) {
        try {
            URI uri = URI.create(text);
            if (uri.getHost() != null && uri.getScheme() != null && uri.getScheme().matches("https?")
                    && uri.getRawPath().matches("/?")) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // Reported below, like any other text that is not such an address.
        }
        throw bad(setting.variable() + " must look like https://host:port, not '" + text + "'");
    }

    private static Problem bad(String message) {
        return new Problem(Problem.Code.BAD_REQUEST, message);
    }

    /** The same bucket, with URLs that are signed for {@code host}. */
    S3Options seenAt(URI host) {
        return new S3Options(endpoint, host, region, bucket, accessKey, secretKey, pathStyle, putBytes);
    }

    /** Does not show the secret. */
    @Override
    public String toString() {
        return "bucket " + bucket + " at " + endpoint;
    }
}
