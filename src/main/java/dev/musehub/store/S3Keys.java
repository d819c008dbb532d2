package dev.musehub.store;

import dev.musehub.model.Place;
import dev.musehub.model.Sha256;
import dev.musehub.model.StoredObject;
import java.util.UUID;

/**
 * The keys of a bucket. An object lies under the scope of the repository that put it there, or of the hub:
 *
 * <pre>
 *   SCOPE/HEX       put by a URL bound to the object's hash, or by the hub
 *   SCOPE/HEX.parts joined from parts that URLs could put: nothing vouches for it, no row points to it
 *   SCOPE/HEX.N     the hub's own copy, out of reach of URLs; N is random
 * </pre>
 *
 * A row says which: its segment is the scope, its position -1, or -N.
 */
final class S3Keys {

    /** The scope of what the hub itself put. */
    static final UUID HUB = new UUID(0, 0);

    private static final long BY_URL = -1;

    private S3Keys() {
    }

    static Place byUrl(UUID scope) {
        return new Place(scope, BY_URL);
    }

    static Place numbered(UUID scope, long n) {
        return new Place(scope, -n);
    }

    static String of(Place place, Sha256 id) {
        if (place.position() >= 0) {
            throw new IllegalArgumentException("object " + id + " lies on a disk; this hub keeps its objects in a"
                    + " bucket");
        }
        String plain = place.segment() + "/" + id.hex();
        return place.position() == BY_URL ? plain : plain + "." + -place.position();
    }

    static String of(StoredObject object) {
        return of(object.place().orElseThrow(() -> new IllegalArgumentException("no place of " + object.id())),
                object.id());
    }

    /** Where the parts of a large object are put together. */
    static String ofParts(UUID scope, Sha256 id) {
        return scope + "/" + id.hex() + ".parts";
    }
}
