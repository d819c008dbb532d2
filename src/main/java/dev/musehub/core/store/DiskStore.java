package dev.musehub.core.store;

import dev.musehub.core.io.HashingStream;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoreLocation;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.model.SweptPlace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Objects on the local disk, in segment files: a batch is appended and synced at once, so one sync serves 64 objects
 * ({@link SegmentWriter}). An object too large for memory is a file of its own, raw, at position 0, where a segment has
 * its magic.
 */
public final class DiskStore implements ObjectStore {

    /** The file that says which store this is. */
    private static final String IDENTITY = "STORE-ID";

    private static final int COPY_BYTES = 256 << 10;

    private final Path root;

    /** Opens the store in {@code root}, created if absent, and removes what a killed hub left half-written. */
    public DiskStore(Path root) throws IOException {
        this(root, true);
    }

    /** Opens a store; {@code alone} means that no other process writes to it, so half-written files can go. */
    public DiskStore(Path root, boolean alone) throws IOException {
        this.root = root;
        Files.createDirectories(root);
        for (int i = 0; i < 256; i++) {
            Path shard = root.resolve(String.format(Locale.ROOT, "%02x", i));
            if (!Files.isDirectory(shard)) {
                Files.createDirectory(shard);
            }
            if (!alone) {
                continue;
            }
            try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(shard, DurableFile.UNFINISHED + "*")) {
                for (Path file : unfinished) {
                    Files.delete(file);
                }
            }
        }
        DurableFile.syncDirectory(root);
    }

    /** The file of a segment. */
    public Path file(UUID segment) {
        return file(root, segment);
    }

    /** Where the file of a segment lies below {@code root}. */
    public static Path file(Path root, UUID segment) {
        return Segment.file(root, segment);
    }

    @Override
    public List<StoredObject> put(List<Blob> batch) throws IOException {
        try (Writer writer = writer()) {
            return writer.put(batch, Optional.empty());
        }
    }

    @Override
    public Writer writer() {
        return new SegmentWriter(root);
    }

    @Override
    public StoredObject putLarge(Sha256 id, long size, InputStream bytes) throws IOException {
        UUID name = UUID.randomUUID();
        DurableFile.create(file(name), out -> {
            try (InputStream hashing = new HashingStream(bytes, id, size, why -> new Problem(
                    Problem.Code.OBJECT_MISMATCH, "object " + id + " arrived damaged: " + why
                            + "; the sender's copy is damaged").with("object", id.toString()))) {
                byte[] piece = new byte[COPY_BYTES];
                for (int n = hashing.read(piece); n >= 0; n = hashing.read(piece)) {
                    out.write(ByteBuffer.wrap(piece, 0, n));
                }
            }
        }).close();
        return new StoredObject(id, size, Optional.of(new StoreLocation(name, Segment.WHOLE_FILE)));
    }

    @Override
    public void delete(Collection<SweptPlace> places) throws IOException {
        for (SweptPlace place : places) {
            Files.deleteIfExists(file(place.segment()));
        }
    }

    @Override
    public Swept sweep(Instant before, SweepRows rows, boolean delete) throws IOException, SQLException {
        long count = 0;
        long bytes = 0;
        for (int i = 0; i < 256; i++) {
            Path shard = root.resolve(String.format(Locale.ROOT, "%02x", i));
            Set<SweptPlace> old = new HashSet<>();
            try (DirectoryStream<Path> files = Files.newDirectoryStream(shard, "[0-9a-f]*-*")) {
                for (Path file : files) {
                    if (Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
                        Segment.name(file).map(SweptPlace::file).ifPresent(old::add);
                    }
                }
            }
            Set<SweptPlace> doomed = rows.doom(old);
            count += doomed.size();
            for (SweptPlace place : doomed) {
                bytes += Files.size(file(place.segment()));
            }
            if (delete) {
                delete(doomed);
                rows.gone(doomed);
            }
        }
        return new Swept(count, bytes);
    }

    @Override
    public Optional<UUID> identity() throws IOException {
        try {
            return Optional.of(UUID.fromString(Files.readString(root.resolve(IDENTITY)).strip()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            throw new IOException(root.resolve(IDENTITY) + " does not hold a UUID", e);
        }
    }

    @Override
    public void identify(UUID id) throws IOException {
        DurableFile.create(root.resolve(IDENTITY),
                out -> out.write(ByteBuffer.wrap((id + "\n").getBytes(StandardCharsets.US_ASCII)))).close();
    }

    /** The segment in a file; empty for a file that is none of the store's. */
    public static Optional<UUID> segment(Path file) {
        return Segment.name(file);
    }

    @Override
    public void check() throws IOException {
        Path file = root.resolve("00").resolve(DurableFile.UNFINISHED + UUID.randomUUID());
        try {
            Files.write(file, Segment.MAGIC);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    @Override
    public Reader reader() {
        return new SegmentReader(root);
    }

    @Override
    public void close() {
        // Files are opened and closed by each batch and reader.
    }
}
