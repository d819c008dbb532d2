package dev.musehub.core.store;

import dev.musehub.core.io.HashingStream;
import dev.musehub.core.io.Zstd;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoreLocation;
import dev.musehub.core.model.StoredObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.UUID;

/**
 * Reads entries of segments, unwinding their dictionaries. Remembers the segment and the entry it read last: in stored
 * order, each object then costs one read and one decompression.
 */
final class SegmentReader implements ObjectStore.Reader {

    private final Path root;
    private final Zstd zstd = new Zstd();
    private UUID openSegment;
    private FileChannel open;
    private long lastPosition = -1;
    private byte[] last = Zstd.noDictionary();

    SegmentReader(Path root) {
        this.root = root;
    }

    @Override
    public byte[] read(StoredObject object) throws IOException {
        StoreLocation place = location(object);
        try {
            if (place.position() == Segment.WHOLE_FILE) {
                try (InputStream whole = open(object)) {
                    return whole.readAllBytes();
                }
            }
            open(place.segment());
            byte[] raw = entryAt(place.position(), object.id());
            if (!Sha256.of(raw).equals(object.id())) {
                throw damaged(object.id(), "its bytes have changed");
            }
            return raw;
        } catch (NoSuchFileException e) {
            throw damaged(object.id(), "its segment is gone");
        }
    }

    @Override
    public Optional<ObjectStore.PackedObject> packed(StoredObject object, Optional<Sha256> dictionary)
            throws IOException {
        StoreLocation place = location(object);
        if (place.position() == Segment.WHOLE_FILE) {
            return Optional.empty();
        }
        try {
            open(place.segment());
            Segment.SegmentEntry entry = header(place.position(), object.id());
            // The first of a segment stands alone because a batch began there: on another it is smaller.
            boolean first = place.position() == Segment.MAGIC.length && dictionary.isPresent();
            boolean alone = entry.coding() == Segment.ZSTD && !first;
            boolean chained = entry.coding() == Segment.ZSTD_ON_EARLIER && dictionary.isPresent()
                    && header(place.position() - entry.back(), object.id()).id().equals(dictionary.get());
            if (!alone && !chained || entry.raw() != object.size()) {
                return Optional.empty();
            }
            byte[] zstd = readFully(place.position() + Segment.HEADER, entry.stored(), object.id()).array();
            return Optional.of(new ObjectStore.PackedObject(zstd, chained ? dictionary : Optional.empty()));
        } catch (NoSuchFileException e) {
            throw damaged(object.id(), "its segment is gone");
        }
    }

    @Override
    public InputStream open(StoredObject object) throws IOException {
        StoreLocation place = location(object);
        if (place.position() != Segment.WHOLE_FILE) {
            return new ByteArrayInputStream(read(object));
        }
        try {
            InputStream file = Files.newInputStream(Segment.file(root, place.segment()));
            return new HashingStream(file, object.id(), object.size(), why -> damaged(object.id(), why));
        } catch (NoSuchFileException e) {
            throw damaged(object.id(), "its file is gone");
        }
    }

    @Override
    public void probe(StoredObject object) throws IOException {
        StoreLocation place = location(object);
        try {
            if (place.position() == Segment.WHOLE_FILE) {
                if (Files.size(Segment.file(root, place.segment())) != object.size()) {
                    throw damaged(object.id(), "its file has another length");
                }
                return;
            }
            open(place.segment());
            Segment.SegmentEntry entry = header(place.position(), object.id());
            if (!entry.id().equals(object.id()) || entry.raw() != object.size()) {
                throw damaged(object.id(), "another object lies in its place");
            }
        } catch (NoSuchFileException e) {
            throw damaged(object.id(), "its file is gone");
        }
    }

    private static StoreLocation location(StoredObject object) {
        return object.place().orElseThrow(() -> new IllegalArgumentException("no place of " + object.id()));
    }

    private void open(UUID segment) throws IOException {
        if (!segment.equals(openSegment)) {
            close(open);
            openSegment = null;
            lastPosition = -1;
            open = FileChannel.open(Segment.file(root, segment), StandardOpenOption.READ);
            openSegment = segment;
        }
    }

    /** Walks back to an entry that stands alone (or the one just read), then forward again, decompressing. */
    private byte[] entryAt(long position, Sha256 id) throws IOException {
        record ChainStep(long position, Segment.SegmentEntry entry) { }

        Deque<ChainStep> steps = new ArrayDeque<>();
        long at = position;
        while (at != lastPosition) {
            Segment.SegmentEntry entry = header(at, id);
            steps.push(new ChainStep(at, entry));
            if (entry.coding() != Segment.ZSTD_ON_EARLIER) {
                break;
            }
            at -= entry.back();
        }
        while (!steps.isEmpty()) {
            ChainStep step = steps.pop();
            last = decode(step.position(), step.entry(), id);
            lastPosition = step.position();
        }
        return last;
    }

    private Segment.SegmentEntry header(long position, Sha256 wanted) throws IOException {
        ByteBuffer header = readFully(position, Segment.HEADER, wanted);
        Segment.SegmentEntry entry = Segment.SegmentEntry.read(header);
        if (!entry.fits(position, open.size())) {
            throw damaged(wanted, "an entry of its segment is unreadable");
        }
        return entry;
    }

    private byte[] decode(long position, Segment.SegmentEntry entry, Sha256 wanted) throws IOException {
        byte[] stored = readFully(position + Segment.HEADER, entry.stored(), wanted).array();
        try {
            return switch (entry.coding()) {
                case Segment.RAW -> stored;
                case Segment.ZSTD -> zstd.decompress(stored, Zstd.noDictionary(), entry.raw());
                default -> zstd.decompress(stored, last, entry.raw());
            };
        } catch (Problem e) {
            throw damaged(wanted, e.getMessage());
        }
    }

    private ByteBuffer readFully(long position, int length, Sha256 wanted) throws IOException {
        if (position < 0 || position + length > open.size()) {
            throw damaged(wanted, "its segment is too short");
        }
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (open.read(bytes, position + bytes.position()) < 0) {
                throw damaged(wanted, "its segment is too short");
            }
        }
        return bytes.flip();
    }

    private static Problem damaged(Sha256 id, String why) {
        return new Problem(Problem.Code.OBJECT_DAMAGED, "object " + id + " cannot be read: " + why
                + "; restore the hub's data directory").with("object", id.toString());
    }

    private static void close(FileChannel channel) throws IOException {
        if (channel != null) {
            channel.close();
        }
    }

    @Override
    public void close() throws IOException {
        zstd.close();
        close(open);
    }
}
