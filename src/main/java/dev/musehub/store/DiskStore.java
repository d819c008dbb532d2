package dev.musehub.store;

import dev.musehub.model.Place;
import dev.musehub.model.StoredObject;
import dev.musehub.model.Zstd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Objects on the local disk: one immutable segment file per batch, written aside, synced, renamed, and its directory
 * synced, so one sync serves 64 objects. Each object is compressed with the one before it as dictionary where that
 * helps: clients send the versions of a path next to each other.
 */
public final class DiskStore implements ObjectStore {

    /**
     * Raw bytes after which a chain of dictionaries starts anew: bounds what a random read must decode. The versions
     * of one path in a batch of M41 stay below it.
     */
    private static final int CHAIN_BYTES = 4 << 20;

    private static final String UNFINISHED = ".tmp-";

    private final Path root;

    /** Opens the store in {@code root}, created if absent, and removes what a killed hub left half-written. */
    public DiskStore(Path root) throws IOException {
        this.root = root;
        Files.createDirectories(root);
        for (int i = 0; i < 256; i++) {
            Path shard = root.resolve(String.format("%02x", i));
            if (!Files.isDirectory(shard)) {
                Files.createDirectory(shard);
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
    Path file(UUID segment) {
        String name = segment.toString();
        return root.resolve(name.substring(0, 2)).resolve(name);
    }

    @Override
    public List<StoredObject> put(List<Blob> batch) throws IOException {
        if (batch.isEmpty()) {
            return List.of();
        }
        UUID segment = UUID.randomUUID();
        Path file = file(segment);
        Path unfinished = file.resolveSibling(UNFINISHED + segment);
        try {
            List<StoredObject> stored;
            try (FileChannel out = FileChannel.open(unfinished,
                    StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                stored = write(segment, batch, out);
                out.force(false);
            }
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
            syncDirectory(file.getParent());
            return stored;
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
        byte[] previous = Zstd.noDictionary();
        long chain = 0;
        try (Zstd zstd = new Zstd()) {
            for (Blob blob : batch) {
                boolean onEarlier = previous.length > 0 && chain + blob.bytes().length <= CHAIN_BYTES;
                byte[] packed = zstd.compress(blob.bytes(), onEarlier ? previous : Zstd.noDictionary());
                boolean helps = packed.length < blob.bytes().length;
                byte[] data = helps ? packed : blob.bytes();
                boolean chained = onEarlier && helps;
                Segment.Entry entry = new Segment.Entry(blob.id(), blob.bytes().length, data.length,
                        chained ? Segment.ZSTD_ON_EARLIER : helps ? Segment.ZSTD : Segment.RAW,
                        chained ? Math.toIntExact(position - previousPosition) : 0);
                ByteBuffer header = ByteBuffer.allocate(Segment.HEADER);
                entry.write(header);
                writeFully(out, header.flip());
                writeFully(out, ByteBuffer.wrap(data));
                stored.add(new StoredObject(blob.id(), blob.bytes().length, Optional.of(new Place(segment, position))));
                chain = (chained ? chain : 0) + blob.bytes().length;
                previousPosition = position;
                previous = blob.bytes();
                position += Segment.HEADER + data.length;
            }
        }
        return stored;
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
    public Reader reader() {
        return new SegmentReader(this);
    }

    @Override
    public void close() {
        // Files are opened and closed by each batch and reader.
    }
}
