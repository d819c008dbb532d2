package dev.musehub.ops;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Value;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.store.DiskStore;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.files.FileTrees;
import dev.musehub.json.JsonValues;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A consistent copy of a hub, made while pushes run: first all rows, read in one transaction, then the bytes to which
 * they refer, which were durable before the rows (design.md, I1). Bytes that an earlier backup in the same directory
 * has are not copied again.
 *
 * <pre>
 *   DIR/rows/      one file per table, and backup.json; the last step replaces all of it
 *   DIR/objects/   the files of the disk store, in its own layout
 * </pre>
 *
 * Bytes in a bucket stay there; use the service's own means to keep them.
 */
public final class Backup {

    static final String ROWS = "rows";
    static final String OBJECTS = "objects";
    static final String ABOUT = "backup.json";
    private static final String UNFINISHED = ".new";

    private final Pool pool;
    private final ObjectStore store;

    public Backup(Pool pool, ObjectStore store) {
        this.pool = pool;
        this.store = store;
    }

    /**
     * What was copied; {@code files} and {@code bytes} count only what the backup did not have yet.
     *
     * @param missing files of the hub that are gone or cut off; the backup has all the rest, and of these what an
     *     earlier backup has kept
     */
    public record Copied(long rows, long files, long bytes, List<UUID> missing) { }

    /**
     * Backs up to {@code target}, and creates it if necessary.
     *
     * @throws Problem {@code busy} while another backup or a collection runs
     */
    public Copied run(Path target) throws IOException, SQLException {
        Files.createDirectories(target);
        Path fresh = target.resolve("rows.new");
        FileTrees.delete(fresh);
        Files.createDirectory(fresh);
        try (Connection lock = pool.acquire("backup.lock")) {
            if (!Dump.tryLock(lock)) {
                throw new Problem(Problem.Code.BUSY, "another backup or a collection is running; try again when it is"
                        + " done");
            }
            try {
                return run(target, fresh);
            } finally {
                Dump.unlock(lock);
            }
        }
    }

    private Copied run(Path target, Path fresh) throws IOException, SQLException {
        Map<String, Long> rows;
        Set<UUID> segments;
        int schema;
        try (Connection c = pool.acquire("backup")) {
            c.setAutoCommit(false);
            c.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            try (var s = c.createStatement()) {
                s.execute("set local statement_timeout = 0");
            }
            schema = Dump.schema(c);
            segments = Dump.segments(c);
            rows = Dump.write(c, fresh);
            c.commit();
        }
        Copied copied = new Copied(rows.values().stream().mapToLong(Long::longValue).sum(), 0, 0, List.of());
        if (store instanceof DiskStore disk) {
            copied = copyFiles(disk, segments, target.resolve(OBJECTS), copied.rows());
        }
        Value.Builder counts = Value.dict();
        rows.forEach(counts::put);
        write(fresh.resolve(ABOUT), JsonValues.encode(Value.dict().put("schema", schema)
                .put("at", Instant.now().toString()).put("bucket", !(store instanceof DiskStore))
                .put("rows", counts.build()).build()));
        replace(fresh, target.resolve(ROWS), target.resolve("rows.old"));
        if (store instanceof DiskStore) {
            prune(target.resolve(OBJECTS), segments);
        }
        return copied;
    }

    private static Copied copyFiles(DiskStore disk, Set<UUID> segments, Path objects, long rows) throws IOException {
        long files = 0;
        long bytes = 0;
        List<UUID> missing = new ArrayList<>();
        Files.createDirectories(objects);
        for (UUID segment : segments) {
            Path source = disk.file(segment);
            Path copy = DiskStore.file(objects, segment);
            // Segments never change. Of two lengths the shorter one is of a file that was cut off.
            long there = length(source);
            long copied = length(copy);
            if (there < copied || there < 0) {
                missing.add(segment);
            } else if (there > copied) {
                Files.createDirectories(copy.getParent());
                Path aside = copy.resolveSibling(copy.getFileName() + UNFINISHED);
                Files.copy(source, aside, StandardCopyOption.REPLACE_EXISTING);
                sync(aside);
                Files.move(aside, copy, StandardCopyOption.ATOMIC_MOVE);
                files++;
                bytes += there;
            }
        }
        return new Copied(rows, files, bytes, missing.stream().sorted().toList());
    }

    /** The length of a file; -1 where it is absent. */
    private static long length(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return -1;
        }
    }

    /** Deletes the segments to which no row of this backup refers. */
    private static void prune(Path objects, Set<UUID> segments) throws IOException {
        if (!Files.isDirectory(objects)) {
            return;
        }
        try (Stream<Path> files = Files.walk(objects)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = file.getFileName().toString();
                boolean unfinished = name.endsWith(UNFINISHED);
                Path whole = unfinished ? Path.of(name.substring(0, name.length() - UNFINISHED.length())) : file;
                // What is not ours stays.
                Optional<UUID> segment = DiskStore.segment(whole);
                if (segment.isPresent() && (unfinished || !segments.contains(segment.get()))) {
                    Files.delete(file);
                }
            }
        }
    }

    private static void replace(Path fresh, Path current, Path old) throws IOException {
        sync(fresh);
        FileTrees.delete(old);
        if (Files.exists(current)) {
            Files.move(current, old, StandardCopyOption.ATOMIC_MOVE);
        }
        Files.move(fresh, current, StandardCopyOption.ATOMIC_MOVE);
        sync(current.getParent());
        FileTrees.delete(old);
    }

    private static void write(Path file, byte[] content) throws IOException {
        Files.write(file, content);
        sync(file);
    }

    static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
