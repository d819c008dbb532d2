package dev.musehub.core.store;

import dev.musehub.core.io.HashingStream;
import dev.musehub.core.io.Zstd;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoreLocation;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.model.SweptPlace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Objects on the local disk: one immutable segment file per batch, written aside, synced, renamed, and its directory
 * synced, so one sync serves 64 objects. Each object is compressed with the one before it as dictionary where that
 * helps: clients send the versions of a path next to each other. An object too large for memory is a file of its own,
 * raw, at position 0, where a segment has its magic.
 */
public final class DiskStore implements ObjectStore {

    /**
     * Raw bytes after which a chain of dictionaries starts anew: bounds what a random read must decode. The versions
     * of one path in a batch of M41 stay below it.
     */
    private static final int CHAIN_BYTES = 4 << 20;

    private static final String UNFINISHED = ".tmp-";

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
            try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(shard, UNFINISHED + "*")) {
                for (Path file : unfinished) {
                    Files.delete(file);
                }
            }
        }
        syncDirectory(root);
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
        if (batch.isEmpty()) {
            return List.of();
        }
        UUID segment = UUID.randomUUID();
        return create(segment, out -> write(segment, batch, out));
    }

    @Override
    public StoredObject putLarge(Sha256 id, long size, InputStream bytes) throws IOException {
        UUID file = UUID.randomUUID();
        return create(file, out -> {
            try (InputStream hashing = new HashingStream(bytes, id, size, why -> new Problem(
                    Problem.Code.OBJECT_MISMATCH, "object " + id + " arrived damaged: " + why
                            + "; the sender's copy is damaged").with("object", id.toString()))) {
                byte[] piece = new byte[COPY_BYTES];
                for (int n = hashing.read(piece); n >= 0; n = hashing.read(piece)) {
                    writeFully(out, ByteBuffer.wrap(piece, 0, n));
                }
            }
            return new StoredObject(id, size, Optional.of(new StoreLocation(file, Segment.WHOLE_FILE)));
        });
    }

    private interface SegmentWork<T> {
        T write(FileChannel out) throws IOException;
    }

    /** A file that appears whole and durable, or not at all. */
    private <T> T create(UUID name, SegmentWork<T> content) throws IOException {
        Path file = file(name);
        Path unfinished = file.resolveSibling(UNFINISHED + name);
        try {
            T result;
            try (FileChannel out = FileChannel.open(unfinished,
                    StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                result = content.write(out);
                out.force(false);
            }
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
            syncDirectory(file.getParent());
            return result;
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(unfinished);
            throw e;
        }
    }

    private static List<StoredObject> write(UUID segment, List<Blob> batch, FileChannel out) throws IOException {
        List<StoredObject> stored = new ArrayList<>(batch.size());
        writeFully(out, ByteBuffer.wrap(Segment.MAGIC));
        long position = Segment.MAGIC.length;
        long previousPosition = position;
        Optional<Blob> previous = Optional.empty();
        long chain = 0;
        try (Zstd zstd = new Zstd()) {
            for (Blob blob : batch) {
                boolean chains = chain + blob.bytes().length <= CHAIN_BYTES;
                PackedObject packed = packed(blob, chains ? previous : Optional.empty(),
                        zstd);
                boolean helps = packed.zstd().length < blob.bytes().length;
                byte[] data = helps ? packed.zstd() : blob.bytes();
                boolean chained = packed.dictionary().isPresent() && helps;
                Segment.SegmentEntry entry = new Segment.SegmentEntry(blob.id(), blob.bytes().length, data.length,
                        chained ? Segment.ZSTD_ON_EARLIER : helps ? Segment.ZSTD : Segment.RAW,
                        chained ? Math.toIntExact(position - previousPosition) : 0);
                ByteBuffer header = ByteBuffer.allocate(Segment.HEADER);
                entry.write(header);
                writeFully(out, header.flip());
                writeFully(out, ByteBuffer.wrap(data));
                stored.add(new StoredObject(blob.id(), blob.bytes().length,
                        Optional.of(new StoreLocation(segment, position))));
                chain = (chained ? chain : 0) + blob.bytes().length;
                previousPosition = position;
                previous = blob.bytes().length > 0 ? Optional.of(blob) : Optional.empty();
                position += Segment.HEADER + data.length;
            }
        }
        return stored;
    }

    /** Packed on {@code earlier} or alone. Where the sender packed it that way, its work is used. */
    private static PackedObject packed(Blob blob, Optional<Blob> earlier, Zstd zstd) {
        Optional<Sha256> dictionary = earlier.map(Blob::id);
        if (blob.packed().isPresent()) {
            Optional<Sha256> packedOn = blob.packed().get().dictionary();
            if (packedOn.isEmpty() || packedOn.equals(dictionary)) {
                return blob.packed().get();
            }
        }
        byte[] bytes = earlier.map(Blob::bytes).orElse(Zstd.noDictionary());
        return new PackedObject(zstd.compress(blob.bytes(), bytes), dictionary);
    }

    private static void writeFully(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    /** Makes names in {@code directory} durable. */
    private static void syncDirectory(Path directory) throws IOException {
        try (FileChannel d = FileChannel.open(directory, StandardOpenOption.READ)) {
            d.force(true);
        }
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
        Path unfinished = root.resolve(UNFINISHED + id);
        try (FileChannel out = FileChannel.open(unfinished, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            writeFully(out, ByteBuffer.wrap((id + "\n").getBytes(StandardCharsets.US_ASCII)));
            out.force(true);
        }
        Files.move(unfinished, root.resolve(IDENTITY), StandardCopyOption.ATOMIC_MOVE);
        syncDirectory(root);
    }

    /** The segment in a file; empty for a file that is none of the store's. */
    public static Optional<UUID> segment(Path file) {
        return Segment.name(file);
    }

    @Override
    public void check() throws IOException {
        Path file = root.resolve("00").resolve(UNFINISHED + UUID.randomUUID());
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
