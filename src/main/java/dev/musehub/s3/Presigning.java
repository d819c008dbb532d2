package dev.musehub.s3;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.push.PushServices;
import dev.musehub.core.push.Quota;
import dev.musehub.core.rows.ObjectRows;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.store.DirectStore;
import dev.musehub.core.store.DirectStore.MultipartState;
import dev.musehub.core.store.DirectStore.Offer;
import dev.musehub.core.store.DirectStore.Target;
import dev.musehub.core.wire.Limits;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Direct transfers, in three steps: presign, put, {@link Confirm confirm}. The hub keeps nothing between the steps, so
 * each step may go to another hub on the same database and bucket.
 */
public final class Presigning {

    /** High half of the scope of a repository; the low half is the repository's number. */
    private static final long REPOSITORY = 0x7265706f_00000000L;

    private final Pool pool;
    private final Optional<DirectStore> store;
    private final Limits limits;

    public Presigning(PushServices hub) {
        this.pool = hub.pool();
        this.store = hub.store().direct();
        this.limits = hub.limits();
    }

    /** Whether clients may put objects directly. */
    public boolean offered() {
        return store.isPresent();
    }

    /** Where the objects of a repository lie in the bucket. */
    public static UUID scope(Repository repository) {
        return new UUID(REPOSITORY, repository.id());
    }

    /**
     * How to send some objects.
     *
     * @param stored the repository has them already
     * @param presigned put each in one piece to its URL
     * @param parts too large for one piece: ask {@link Presigning#parts}
     * @param inline send them in a packstream
     */
    public record PresignedWays(Set<Sha256> stored, Map<Sha256, Target> presigned, List<Sha256> parts,
            List<Sha256> inline) { }

    /**
     * Decides how to send each object. Costs one query and no request to the store.
     *
     * @param sizes raw lengths in bytes; an object without a length gets no URL
     * @throws Problem {@code quota-exceeded}
     */
    public PresignedWays presign(Repository repository, Collection<Sha256> ids, Map<Sha256, Long> sizes)
            throws SQLException {
        Set<Sha256> asked = new LinkedHashSet<>(ids);
        Set<Sha256> stored;
        try (Connection c = pool.acquire("presign")) {
            stored = ObjectRows.inRepository(c, repository.id(), asked);
        }
        asked.removeAll(stored);
        PresignedWays ways = new PresignedWays(stored, new LinkedHashMap<>(), new ArrayList<>(), new ArrayList<>());
        if (sizes.isEmpty() || !offered()) {
            ways.inline().addAll(asked);
            return ways;
        }
        long bytes = 0;
        for (Sha256 id : asked) {
            Optional<Long> size = Optional.ofNullable(sizes.get(id));
            if (size.isEmpty()) {
                ways.inline().add(id);
                continue;
            }
            requireSize(size.get());
            bytes += size.get();
            if (size.get() > store.get().putBytes()) {
                ways.parts().add(id);
            } else {
                ways.presigned().put(id, store.get().put(scope(repository), new Offer(id, size.get())));
            }
        }
        Quota.check(pool, repository, bytes);
        return ways;
    }

    /**
     * The parts of a large object that are still missing. Asks the store which have arrived.
     *
     * @throws Problem {@code quota-exceeded}, {@code bad-request} where the hub's store has no direct transfers
     */
    public MultipartState parts(Repository repository, Offer offer) throws IOException, SQLException {
        if (!offered()) {
            throw new Problem(Problem.Code.BAD_REQUEST, "this hub does not take parts; send a stream");
        }
        requireSize(offer.size());
        Quota.check(pool, repository, offer.size());
        return store.get().parts(scope(repository), offer);
    }

    private void requireSize(long size) {
        if (size < 0 || size > limits.largeObjectBytes()) {
            throw Limits.exceeded("bytes of an object", size, limits.largeObjectBytes());
        }
    }

    /** An object, and its URL in the store. */
    public record Download(StoredObject object, Target target) { }

    /**
     * URLs of objects; empty if the store has no direct transfers. Costs one query and no request to the store.
     *
     * @throws Problem {@code not-found} where the repository lacks one
     */
    public Optional<List<Download>> downloads(Repository repository, List<Sha256> ids) throws SQLException {
        if (store.isEmpty()) {
            return Optional.empty();
        }
        List<StoredObject> found;
        try (Connection c = pool.acquire("fetch.presign")) {
            found = ObjectRows.places(c, repository.id(), ids);
        }
        if (found.size() < new LinkedHashSet<>(ids).size()) {
            throw new Problem(Problem.Code.NOT_FOUND, "some of these objects are not in this repository");
        }
        return Optional.of(found.stream().map(o -> new Download(o, store.get().get(o))).toList());
    }
}
