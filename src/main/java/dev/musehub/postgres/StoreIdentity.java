package dev.musehub.postgres;

import dev.musehub.core.model.Problem;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.Sql;
import dev.musehub.core.store.ObjectStore;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;

/**
 * A database and the store of its objects belong together. Both hold the same id, written at the first start. With
 * another store, such as the empty directory of a second hub or of a volume that is not mounted, pushes would be
 * acknowledged and nothing could be cloned; fsck would mark all objects as lost, and gc would delete what is not its
 * own.
 */
public final class StoreIdentity {

    private StoreIdentity() {
    }

    /**
     * For a hub at its start: like {@link #require}, but at the first start of all the two are given their id.
     *
     * @throws Problem {@code conflict} where they do not belong together; says what to do
     */
    public static void claim(Pool pool, ObjectStore store) throws IOException, SQLException {
        try (Connection c = pool.acquire("store")) {
            c.setAutoCommit(false);
            // Of two hubs that start at once on a new database, one waits here, and finds the id of the other.
            StoreRows.lockStore(c);
            Optional<UUID> known = StoreRows.storeId(c);
            if (known.isEmpty() && store.identity().isEmpty()) {
                UUID fresh = UUID.randomUUID();
                store.identify(fresh);
                StoreRows.storeId(c, fresh);
            }
            check(c, store);
            c.commit();
        }
    }

    /**
     * For commands: makes sure that {@code store} is the one of this database.
     *
     * @throws Problem {@code conflict} where it is not; says what to do
     */
    public static void require(Pool pool, ObjectStore store) throws IOException, SQLException {
        try (Connection c = pool.acquire("store")) {
            check(c, store);
        }
    }

    private static void check(Connection c, ObjectStore store) throws IOException, SQLException {
        boolean bucket = store.direct().isPresent();
        // A database has its objects in one kind of store only; positions on a disk are not negative.
        Optional<Boolean> inBucket = Sql.of(c, "select position < 0 from objects where position is not null limit 1")
                .first(r -> r.getBoolean(1));
        if (inBucket.isPresent() && bucket != inBucket.get()) {
            throw new Problem(Problem.Code.CONFLICT, bucket
                    ? "the objects of this database lie on a disk; start the hub without MUSEHUB_S3_BUCKET"
                    : "the objects of this database lie in a bucket; start the hub with MUSEHUB_S3_BUCKET");
        }
        Optional<UUID> expected = StoreRows.storeId(c);
        Optional<UUID> found = store.identity();
        if (expected.equals(found)) {
            return;
        }
        if (expected.isEmpty()) {
            throw new Problem(Problem.Code.CONFLICT, "this database is new, but " + where(bucket) + " holds the objects"
                    + " of another one (" + found.get() + "); use the database that belongs to it, restore a backup"
                    + " into an empty directory, or start with an empty " + (bucket ? "bucket" : "--data") + ". If it"
                    + " holds no objects, delete " + name(bucket));
        }
        throw new Problem(Problem.Code.CONFLICT, "the objects of this database are not in " + where(bucket)
                + (found.isEmpty() ? ", which has no " + name(bucket) : ", which belongs to another database ("
                        + found.get() + ")")
                + ". Use the " + (bucket ? "bucket" : "--data directory") + " that has them; is a volume not mounted?"
                + (bucket ? "" : " Several hubs on one database need a bucket.")
                + " If they were moved here, write " + expected.get() + " to " + name(bucket));
    }

    private static String where(boolean bucket) {
        return bucket ? "this bucket" : "this --data directory";
    }

    private static String name(boolean bucket) {
        return bucket ? "key 00000000-0000-0000-0000-000000000000/store-id" : "objects/STORE-ID";
    }
}
