package dev.musehub.ops;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Value;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.store.DiskStore;
import dev.musehub.json.JsonValues;
import dev.musehub.postgres.StoreRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** Restores a hub from a {@link Backup}: first the bytes, then all rows in one transaction. */
public final class Restore {

    private Restore() {
    }

    /**
     * Restores {@code backup} into an empty database, and its files to {@code objects}.
     *
     * @throws Problem {@code conflict} where the database is not empty or has another schema, {@code not-found} where
     *     there is no backup
     */
    public static void run(Path backup, Pool pool, Path objects) throws IOException, SQLException {
        Path rows = backup.resolve(Backup.ROWS);
        long schema = about(rows).integer("schema", 0);
        try (Connection c = pool.acquire("restore")) {
            c.setAutoCommit(false);
            if (!Dump.isEmpty(c)) {
                throw new Problem(Problem.Code.CONFLICT, "this database is not empty; restore into an empty --data or"
                        + " --database-url");
            }
            if (Dump.schema(c) != schema) {
                throw new Problem(Problem.Code.CONFLICT, "the backup has schema " + schema + ", this musehub "
                        + Dump.schema(c) + "; restore with the version that made it, then start a newer one");
            }
            copyFiles(backup.resolve(Backup.OBJECTS), objects);
            try (var s = c.createStatement()) {
                s.execute("set local statement_timeout = 0");
            }
            Dump.read(c, rows);
            if (!about(rows).bool("bucket", false)) {
                identify(objects, StoreRows.storeId(c));
            }
            c.commit();
        }
    }

    /** The store gets the id that came with the rows. */
    private static void identify(Path objects, Optional<UUID> id) throws IOException {
        try (DiskStore store = new DiskStore(objects, false)) {
            if (id.isPresent() && store.identity().isPresent() && !store.identity().equals(id)) {
                throw new Problem(Problem.Code.CONFLICT, objects + " holds the objects of another hub; restore into an"
                        + " empty --data");
            }
            if (id.isPresent()) {
                store.identify(id.get());
            }
        }
    }

    /**
     * Checks that {@code backup} is one.
     *
     * @throws Problem {@code not-found}
     */
    static void requireBackup(Path backup) throws IOException {
        about(backup.resolve(Backup.ROWS));
    }

    private static Value.Dict about(Path rows) throws IOException {
        try {
            return JsonValues.decode(Files.readAllBytes(rows.resolve(Backup.ABOUT))).asDict("backup.json");
        } catch (NoSuchFileException e) {
            throw new Problem(Problem.Code.NOT_FOUND, "there is no backup in " + rows.getParent(), e);
        }
    }

    private static void copyFiles(Path from, Path to) throws IOException {
        if (!Files.isDirectory(from)) {
            return;
        }
        Files.createDirectories(to);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(f -> DiskStore.segment(f).isPresent()).toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
                Backup.sync(copy);
            }
        }
        try (Stream<Path> directories = Files.walk(to)) {
            for (Path directory : directories.filter(Files::isDirectory).toList()) {
                Backup.sync(directory);
            }
        }
    }
}
