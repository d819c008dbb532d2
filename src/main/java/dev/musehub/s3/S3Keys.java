package dev.musehub.s3;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoreLocation;
import dev.musehub.core.model.StoredObject;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The keys of a bucket (disk.md, "Buckets"). The scope is that of the repository whose client put the object, or the
 * hub's own:
 *
 * <pre>
 *   SCOPE/HEX       put by a URL bound to the object's hash
 *   SCOPE/HEX.parts joined from parts that were put by URLs: not checked yet, no row points to it
 *   SCOPE/HEX.N     put by the hub; no URL can write it; N is random, so that no key is used twice
 * </pre>
 *
 * In a row, the segment is the scope, and the position is -1 for the first form and -N for the last.
 */
final class S3Keys {

    /** The scope of objects that the hub itself put. */
    static final UUID HUB = new UUID(0, 0);

    /** The key that says which store this is. */
    static final String IDENTITY = HUB + "/store-id";

    private static final long BY_URL = -1;
    private static final SecureRandom RANDOM = new SecureRandom();

    private S3Keys() {
    }

    static StoreLocation byUrl(UUID scope) {
        return new StoreLocation(scope, BY_URL);
    }

    static StoreLocation numbered(UUID scope, long n) {
        return new StoreLocation(scope, -n);
    }

    /** A place that no object has ever had. */
    static StoreLocation fresh(UUID scope) {
        return numbered(scope, RANDOM.nextLong(2, Long.MAX_VALUE));
    }

    static String of(StoreLocation place, Sha256 id) {
        if (place.position() >= 0) {
            throw new IllegalArgumentException("object " + id + " is on a disk, but this hub keeps its objects in a"
                    + " bucket");
        }
        String plain = place.segment() + "/" + id.hex();
        return place.position() == BY_URL ? plain : plain + "." + -place.position();
    }

    static String of(StoredObject object) {
        return of(object.place().orElseThrow(() -> new IllegalArgumentException("no place for " + object.id())),
                object.id());
    }

    /** An object and its place, parsed from a key. */
    record Located(Sha256 id, StoreLocation place) { }

    private static final Pattern KEY = Pattern.compile("([0-9a-f-]{36})/([0-9a-f]{64})(?:\\.([0-9]{1,19}))?");

    /** The object of a key; empty for a key to which no row can point. */
    static Optional<Located> located(String key) {
        Matcher parts = KEY.matcher(key);
        if (!parts.matches()) {
            return Optional.empty();
        }
        UUID scope = UUID.fromString(parts.group(1));
        StoreLocation place = parts.group(3) == null ? byUrl(scope) : numbered(scope, Long.parseLong(parts.group(3)));
        return Sha256.parseHex(parts.group(2)).map(id -> new Located(id, place));
    }

    /** Whether a key is one of those that the hub needs only for a moment. */
    static boolean isLeftover(String key) {
        return key.endsWith(".parts") || key.startsWith(HUB + "/check-");
    }

    /** The key at which the parts of a large object are joined. */
    static String ofParts(UUID scope, Sha256 id) {
        return scope + "/" + id.hex() + ".parts";
    }
}
